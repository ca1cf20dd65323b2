import type { Index, Predicate } from "../../../lower/ir/index-map.ts";
import { addIndex, constantIndex, loopVariable, scaleIndex } from "../../../lower/ir/index-map.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";

/** Gives the local that counts a loop variable. */
export type Variables = (name: string) => number;

/** Puts the value of an index on the stack. */
export function pushIndex(f: FunctionBuilder, index: Index, variable: Variables): void {
  f.i32(index.constant);
  for (const { atom, factor } of index.terms) {
    if (atom.kind === "loop") f.get(variable(atom.key));
    else if (atom.kind === "quotient") {
      const lift = Math.ceil(Math.max(0, -atom.inner.low) / atom.by);
      pushIndex(f, addIndex(atom.inner, constantIndex(lift * atom.by)), variable);
      f.i32(atom.by).op("i32.div_u");
      if (lift > 0) f.i32(lift).op("i32.sub");
    } else throw new Error("an index in a kernel is written out");
    if (factor !== 1) f.i32(factor).op("i32.mul");
    f.op("i32.add");
  }
}

/** Puts 1 on the stack where a guard holds, else 0. */
export function pushPredicate(f: FunctionBuilder, guard: Predicate, variable: Variables): void {
  if (guard === null || guard.length === 0) {
    f.i32(guard ? 1 : 0);
    return;
  }
  guard.forEach((c, k) => {
    pushIndex(f, c.index, variable);
    if (c.kind === "zero") f.op("i32.eqz");
    else f.i32(0).op("i32.ge_s");
    if (k > 0) f.op("i32.and");
  });
}

const uses = (index: Index, name: string): boolean =>
  index.terms.some(({ atom }) => (atom.kind === "loop" ? atom.key === name : uses(atom.inner, name)));

export const predicateUses = (guard: Predicate, name: string): boolean =>
  (guard ?? []).some((c) => uses(c.index, name));

/** The step that an index takes with a loop variable, and the rest of it; undefined where the step varies. */
export function splitStride(
  index: Index,
  name: string,
  size: number,
): { readonly step: number; readonly rest: Index } | undefined {
  const step = index.coefficient(name);
  const rest = addIndex(index, scaleIndex(loopVariable(name, size), -step));
  return uses(rest, name) ? undefined : { step, rest };
}

/**
 * How far an index is ahead of its first lane's in each lane of a vector along a loop variable, which counts from 0 in steps of
 * whole vectors; undefined where that differs from one vector to the next.
 */
export function laneOffsets(index: Index, name: string, lanes: number): readonly number[] | undefined {
  let ahead = Array.from({ length: lanes }, () => 0);
  for (const { atom, factor } of index.terms) {
    if (atom.kind === "loop") {
      if (atom.key === name) ahead = ahead.map((n, l) => n + factor * l);
    } else if (uses(atom.inner, name)) {
      if (atom.kind === "kept" || !evenBy(atom.inner, atom.by, name, lanes)) return undefined;
      const inner = laneOffsets(atom.inner, name, lanes);
      if (!inner) return undefined;
      const first = ((atom.inner.constant % atom.by) + atom.by) % atom.by;
      ahead = ahead.map((n, l) => n + factor * Math.floor((first + (inner[l] as number)) / atom.by));
    }
  }
  return ahead;
}

/** Whether an index leaves the remainder of its constant at the first lane of every vector. */
const evenBy = (index: Index, by: number, name: string, lanes: number): boolean =>
  index.terms.every(({ atom, factor }) => (factor * (atom.key === name ? lanes : 1)) % by === 0);
