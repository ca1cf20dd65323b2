import type { DType } from "../../dtype.ts";
import type { Guard, Index } from "../../lower/index-map.ts";
import type { Arg, Axis, Loop } from "../../lower/kernel.ts";
import type { Expr } from "../../scalar/expr.ts";
import { hasVector, isKnown } from "./words.ts";

/** One value of a loop body: a word or an argument, its dtype, and how deep in the loops it changes. */
export interface Step {
  readonly expr: Expr;
  readonly type: DType;
  /** The dtype that its operands have, where it has any. */
  readonly operands: DType;
  /** Number of loop variables, outermost first, that the value depends on; 0 is worked out once. */
  readonly depth: number;
}

const argOf = (e: Expr, args: readonly Arg[]): Arg | undefined =>
  e.kind === "arg" ? args[e.index] : undefined;

const childrenOf = (e: Expr, args: readonly Arg[]): readonly Expr[] => {
  if (e.kind === "apply") return e.args;
  const x = argOf(e, args);
  return x?.kind === "gather" ? [x.at] : [];
};

/** Expressions that `roots` are made of, operands first; the places of gathered elements are operands too. */
function ordered(roots: readonly Expr[], args: readonly Arg[]): Expr[] {
  const order = new Set<Expr>();
  const stack = [...roots].reverse();
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as Expr;
    const pending = order.has(top) ? [] : childrenOf(top, args).filter((x) => !order.has(x));
    if (pending.length > 0) stack.push(...[...pending].reverse());
    else order.add(stack.pop() as Expr);
  }
  return [...order];
}

/** How many of the axes, outermost first, an index depends on. */
export function depthOfIndex(index: Index, axes: readonly Axis[]): number {
  const deep = [...index.terms.values()].map(({ atom }) =>
    atom.kind === "loop" ? axes.findIndex((a) => a.name === atom.key) + 1 : depthOfIndex(atom.inner, axes),
  );
  return Math.max(0, ...deep);
}

export const depthOfGuard = (guard: Guard, axes: readonly Axis[]): number =>
  Math.max(0, ...(guard ?? []).map((c) => depthOfIndex(c.index, axes)));

function depthOfArg(x: Arg, axes: readonly Axis[], rows: number): number {
  if (x.kind === "result") return rows;
  if (x.kind === "guard") return depthOfGuard(x.guard, axes);
  if (x.kind === "index") return depthOfIndex(x.index, axes);
  return Math.max(depthOfIndex(x.index, axes), depthOfGuard(x.guard, axes));
}

/** The values that a loop works out, in order, with their dtypes and depths. Constants take the dtype of their readers. */
export function stepsOf(loop: Loop, args: readonly Arg[], rows: readonly Axis[]): Map<Expr, Step> {
  const axes = [...rows, ...loop.axes];
  const steps = new Map<Expr, Step>();
  for (const expr of ordered(
    loop.tasks.map((t) => t.value),
    args,
  )) {
    if (expr.kind === "const") continue;
    const known = childrenOf(expr, args).map((c) => steps.get(c));
    const below = Math.max(0, ...known.map((s) => s?.depth ?? 0));
    if (expr.kind === "arg") {
      const x = args[expr.index] as Arg;
      const depth = Math.max(below, depthOfArg(x, axes, rows.length));
      steps.set(expr, { expr, type: x.type, operands: x.type, depth });
    } else {
      const { result } = expr.word;
      const typed = known.slice(result === "branches" ? 1 : 0).find((s) => s !== undefined);
      const operands = typed?.type ?? "float32";
      const type = result === "same" || result === "branches" ? operands : result;
      steps.set(expr, { expr, type, operands, depth: below });
    }
  }
  return steps;
}

/** How many lanes a loop can be worked out in: 4 of 32 bits, 2 of 64, or 1. */
export function lanesOf(loop: Loop, steps: ReadonlyMap<Expr, Step>, depth: number): 1 | 2 | 4 {
  if (loop.axes.length === 0 || loop.tasks.some((t) => t.reduce?.position)) return 1;
  const inner = [...steps.values()].filter((s) => s.depth === depth);
  const types = new Set<DType>([
    ...inner.flatMap((s) => [s.type, s.operands]),
    ...loop.tasks.map((t) => t.type),
  ]);
  const wide = types.has("float64");
  if (wide && (types.has("float32") || types.has("int32"))) return 1;
  const able = inner.every(({ expr, operands }) => {
    if (expr.kind !== "apply") return true;
    const shifts = expr.name.startsWith("shift") && expr.args[1]?.kind !== "const";
    return isKnown(expr.name) && hasVector(expr.name, operands) && !shifts;
  });
  return able ? (wide ? 2 : 4) : 1;
}
