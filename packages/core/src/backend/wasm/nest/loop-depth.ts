import type { DType } from "../../../dtype.ts";
import type { Index, Predicate } from "../../../lower/ir/index-map.ts";
import type { Arg, Axis, Statement } from "../../../lower/ir/kernel.ts";
import { type Expr, topologicalOrder } from "../../../scalar/expr.ts";
import { operandDType, typeOf } from "../../../scalar/types.ts";
import { formsOf } from "../instructions/instructions.ts";

/** One value of a loop body: an op or an argument, its dtype, and the loop that computes it. */
export interface PlacedValue {
  readonly expr: Expr;
  readonly type: DType;
  /** The dtype of its operands; of a value without operands, its own. */
  readonly operands: DType;
  /** How many loop variables, outermost first, the value depends on; a value of depth 0 is computed once. */
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
function depthOfIndex(index: Index, axes: readonly Axis[]): number {
  const depths = index.terms.map(({ atom }) =>
    atom.kind === "loop" ? axes.findIndex((a) => a.name === atom.key) + 1 : depthOfIndex(atom.inner, axes),
  );
  return Math.max(0, ...depths);
}

const depthOfPredicate = (predicate: Predicate, axes: readonly Axis[]): number =>
  Math.max(0, ...(predicate ?? []).map((constraint) => depthOfIndex(constraint.index, axes)));

function depthOfArg(x: Arg, axes: readonly Axis[], outerAxes: number): number {
  if (x.kind === "result") return outerAxes;
  if (x.kind === "guard") return depthOfPredicate(x.guard, axes);
  if (x.kind === "index") return depthOfIndex(x.index, axes);
  return Math.max(depthOfIndex(x.index, axes), depthOfPredicate(x.guard, axes));
}

/**
 * Loop-invariant code motion: the values that statements compute, each with the depth of the loop that it is hoisted to.
 * Constants are not values.
 */
export function hoistDepths(
  statements: readonly Statement[],
  args: readonly Arg[],
  axes: readonly Axis[],
  outerAxes: number,
): PlacedValues {
  const order = topologicalOrder(
    statements.map((t) => t.value),
    (e) => childrenOf(e, args),
  );
  const types = new Map<Expr, DType>();
  const values = new Map<Expr, PlacedValue>();
  for (const expr of order) {
    if (expr.kind === "const") continue;
    const x = argOf(expr, args);
    const type = x ? x.type : typeOf(expr, types)!;
    const operands = expr.kind === "apply" ? operandDType(expr, types)! : type;
    let depth = x ? depthOfArg(x, axes, outerAxes) : 0;
    for (const child of childrenOf(expr, args)) depth = Math.max(depth, values.get(child)?.depth ?? 0);
    types.set(expr, type);
    values.set(expr, { expr, type, operands, depth });
  }
  return values;
}

/**
 * The values with one use, in the loop that computes them: they stay on the operand stack. A local lives to the end of the
 * function, and baseline compilers spill it.
 */
export function singleUse(
  statements: readonly Statement[],
  values: PlacedValues,
  args: readonly Arg[],
): ReadonlySet<Expr> {
  const inLocals = new Set(statements.map((t) => t.value));
  const used = new Set<Expr>();
  for (const { expr, depth } of values.values())
    for (const x of childrenOf(expr, args)) {
      if (expr.kind === "arg" || used.has(x) || values.get(x)?.depth !== depth) inLocals.add(x);
      used.add(x);
    }
  return new Set([...used].filter((x) => !inLocals.has(x)));
}

/** Whether an op, or an argument, has vector code. */
function hasVectorCode({ expr, operands }: PlacedValue): boolean {
  if (expr.kind !== "apply" || expr.op.slowPath) return true;
  const forms = formsOf(expr.name, operands);
  if (!forms?.vector) return false;
  return forms.constantOperand === undefined || expr.args[forms.constantOperand]?.kind === "const";
}

/** How many lanes the innermost loop of statements computes at once: 4 of 32 bits, 2 of 64, or 1. */
export function vectorLanes(
  statements: readonly Statement[],
  values: PlacedValues,
  depth: number,
): 1 | 2 | 4 {
  if (statements.some((t) => t.reduce?.isArgReduction)) return 1;
  const inner = [...values.values()].filter((value) => value.depth === depth);
  const types = new Set<DType>([
    ...inner.flatMap((value) => [value.type, value.operands]),
    ...statements.map((t) => t.type),
  ]);
  const has64Bits = types.has("float64");
  if (has64Bits && (types.has("float32") || types.has("int32"))) return 1;
  if (!inner.every(hasVectorCode)) return 1;
  return has64Bits ? 2 : 4;
}
