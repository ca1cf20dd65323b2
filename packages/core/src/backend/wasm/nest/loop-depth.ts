import type { DType } from "../../../dtype.ts";
import type { Index, Predicate } from "../../../lower/ir/index-map.ts";
import type { Arg, Axis, Statement } from "../../../lower/ir/kernel.ts";
import { type Expr, inOrder } from "../../../scalar/expr.ts";
import { operandDType, typeOf } from "../../../scalar/types.ts";
import { hasSimd, isNative } from "../instructions/instructions.ts";

/** One value of a loop body: a word or an argument, its dtype, and how deep in the loops it changes. */
export interface PlacedValue {
  readonly expr: Expr;
  readonly type: DType;
  /** The dtype that its operands have, where it has any, or else its own. */
  readonly operands: DType;
  /** Number of loop variables, outermost first, that the value depends on; 0 is worked out once. */
  readonly depth: number;
}

/** The values of a loop body, operands first. */
export type PlacedValues = ReadonlyMap<Expr, PlacedValue>;

const argOf = (e: Expr, args: readonly Arg[]): Arg | undefined =>
  e.kind === "arg" ? args[e.index] : undefined;

export const childrenOf = (e: Expr, args: readonly Arg[]): readonly Expr[] => {
  if (e.kind === "apply") return e.args;
  const x = argOf(e, args);
  return x?.kind === "gather" ? [x.at] : [];
};

/** How many of the axes, outermost first, an index depends on. */
export function depthOfIndex(index: Index, axes: readonly Axis[]): number {
  let deepest = 0;
  for (const { atom } of index.terms) {
    const depth =
      atom.kind === "loop" ? axes.findIndex((a) => a.name === atom.key) + 1 : depthOfIndex(atom.inner, axes);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

export const depthOfPredicate = (guard: Predicate, axes: readonly Axis[]): number =>
  Math.max(0, ...(guard ?? []).map((c) => depthOfIndex(c.index, axes)));

function depthOfArg(x: Arg, axes: readonly Axis[], rows: number): number {
  if (x.kind === "result") return rows;
  if (x.kind === "guard") return depthOfPredicate(x.guard, axes);
  if (x.kind === "index") return depthOfIndex(x.index, axes);
  return Math.max(depthOfIndex(x.index, axes), depthOfPredicate(x.guard, axes));
}

/** The values that statements work out, in order, with their dtypes and depths; constants are none. */
export function hoistDepths(
  statements: readonly Statement[],
  args: readonly Arg[],
  axes: readonly Axis[],
  rows: number,
): PlacedValues {
  const order = inOrder(
    statements.map((t) => t.value),
    (e) => childrenOf(e, args),
  );
  const types = new Map<Expr, DType>();
  const steps = new Map<Expr, PlacedValue>();
  for (const expr of order) {
    if (expr.kind === "const") continue;
    const x = argOf(expr, args);
    const type = (x ? x.type : typeOf(expr, types)) as DType;
    const operands = expr.kind === "apply" ? (operandDType(expr, types) as DType) : type;
    let depth = x ? depthOfArg(x, axes, rows) : 0;
    for (const c of childrenOf(expr, args)) depth = Math.max(depth, steps.get(c)?.depth ?? 0);
    types.set(expr, type);
    steps.set(expr, { expr, type, operands, depth });
  }
  return steps;
}

/**
 * The values that one word alone reads, at their own depth: they pass to it on the stack of the machine. Locals live, and
 * engines' first compilers move them about, until a function ends.
 */
export function singleUse(
  statements: readonly Statement[],
  steps: PlacedValues,
  args: readonly Arg[],
): ReadonlySet<Expr> {
  const kept = new Set(statements.map((t) => t.value));
  const read = new Set<Expr>();
  for (const { expr, depth } of steps.values())
    for (const x of childrenOf(expr, args)) {
      if (expr.kind === "arg" || read.has(x) || steps.get(x)?.depth !== depth) kept.add(x);
      read.add(x);
    }
  return new Set([...read].filter((x) => !kept.has(x)));
}

/** How many lanes statements can be worked out in at the given depth: 4 of 32 bits, 2 of 64, or 1. */
export function vectorLanes(statements: readonly Statement[], steps: PlacedValues, depth: number): 1 | 2 | 4 {
  if (statements.some((t) => t.reduce?.isArgReduction)) return 1;
  const inner = [...steps.values()].filter((s) => s.depth === depth);
  const types = new Set<DType>([
    ...inner.flatMap((s) => [s.type, s.operands]),
    ...statements.map((t) => t.type),
  ]);
  const wide = types.has("float64");
  if (wide && (types.has("float32") || types.has("int32"))) return 1;
  const able = inner.every(({ expr, operands }) => {
    if (expr.kind !== "apply") return true;
    const shifts = expr.name.startsWith("shift") && expr.args[1]?.kind !== "const";
    return expr.word.slowPath || (isNative(expr.name) && hasSimd(expr.name, operands) && !shifts);
  });
  return able ? (wide ? 2 : 4) : 1;
}
