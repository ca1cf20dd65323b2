import type { Index, Predicate } from "../../../lower/ir/index-map.ts";
import { addIndex, constantIndex, loopVariable, scaleIndex } from "../../../lower/ir/index-map.ts";
import { addScaled } from "../assembler/address.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";

/** The local that holds a loop variable. */
export type Variables = (name: string) => number;

/** Pushes the value of an index. */
export function pushIndex(f: FunctionBuilder, index: Index, variable: Variables): void {
  f.i32(index.constant);
  for (const { atom, factor } of index.terms)
    addScaled(
      f,
      () => {
        if (atom.kind === "loop") f.get(variable(atom.key));
        else if (atom.kind === "floordiv") pushQuotient(f, atom.inner, atom.by, variable);
        else throw new Error("an index has a bound that was not expanded");
      },
      factor,
    );
}

/** Pushes ⌊inner/by⌋ by an unsigned division, of a dividend that is lifted above 0. */
function pushQuotient(f: FunctionBuilder, inner: Index, by: number, variable: Variables): void {
  const lift = Math.ceil(Math.max(0, -inner.low) / by);
  pushIndex(f, addIndex(inner, constantIndex(lift * by)), variable);
  f.i32(by).op("i32.div_u");
  if (lift > 0) f.i32(lift).op("i32.sub");
}

/** Pushes 1 where a predicate holds, else 0. */
export function pushPredicate(f: FunctionBuilder, predicate: Predicate, variable: Variables): void {
  if (predicate === null || predicate.length === 0) {
    f.i32(predicate ? 1 : 0);
    return;
  }
  predicate.forEach((constraint, k) => {
    pushIndex(f, constraint.index, variable);
    if (constraint.kind === "zero") f.op("i32.eqz");
    else f.i32(0).op("i32.ge_s");
    if (k > 0) f.op("i32.and");
  });
}

const uses = (index: Index, name: string): boolean =>
  index.terms.some(({ atom }) => (atom.kind === "loop" ? atom.key === name : uses(atom.inner, name)));

export const predicateUses = (predicate: Predicate, name: string): boolean =>
  (predicate ?? []).some((constraint) => uses(constraint.index, name));

/** An index as `stride · variable + rest`; undefined where the stride varies. */
export function splitStride(
  index: Index,
  name: string,
  size: number,
): { readonly stride: number; readonly rest: Index } | undefined {
  const stride = index.coefficient(name);
  const rest = addIndex(index, scaleIndex(loopVariable(name, size), -stride));
  return uses(rest, name) ? undefined : { stride, rest };
}

/**
 * The offset of an index in each lane from that in the first, along a loop variable that counts from 0 in whole vectors;
 * undefined where the offsets differ between vectors.
 */
export function laneOffsets(index: Index, name: string, lanes: number): readonly number[] | undefined {
  let offsets = Array.from({ length: lanes }, () => 0);
  for (const { atom, factor } of index.terms) {
    if (atom.kind === "loop") {
      if (atom.key === name) offsets = offsets.map((n, lane) => n + factor * lane);
    } else if (uses(atom.inner, name)) {
      if (atom.kind === "clamped" || !preservesRemainder(atom.inner, atom.by, name, lanes)) return undefined;
      const inner = laneOffsets(atom.inner, name, lanes);
      if (!inner) return undefined;
      const first = ((atom.inner.constant % atom.by) + atom.by) % atom.by;
      offsets = offsets.map((n, lane) => n + factor * Math.floor((first + inner[lane]!) / atom.by));
    }
  }
  return offsets;
}

/** Whether an index has the same remainder in the first lane of every vector. */
const preservesRemainder = (index: Index, by: number, name: string, lanes: number): boolean =>
  index.terms.every(({ atom, factor }) => (factor * (atom.key === name ? lanes : 1)) % by === 0);
