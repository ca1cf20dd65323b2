import { type DType, isFloat, promote } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Elementwise } from "../../graph/op.ts";
import { expansionOf } from "../../scalar/expand/index.ts";
import { apply, arg, type Expr, rewrite } from "../../scalar/expr.ts";
import { insertCasts } from "../../scalar/types.ts";
import { exprCost } from "./materialize.ts";

/** Whether formulas need no casts, for each op by the dtypes of its operands and result. */
const castFree = new WeakMap<Elementwise, Map<string, boolean>>();

function needsNoCasts(op: Elementwise, types: readonly DType[], result: DType): boolean {
  const answers = castFree.get(op) ?? new Map<string, boolean>();
  castFree.set(op, answers);
  const key = `${types}→${result}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const x = types.map((_, i) => arg(i));
  const formula = op.f(x);
  const answer = insertCasts(formula, x, types, result) === formula;
  answers.set(key, answer);
  return answer;
}

/** An expression of `args` with the functions that have expansions in primitives expanded. */
function expandFunctions(root: Expr, args: readonly Expr[], dtype: DType): Expr {
  const precision = dtype === "float64" ? dtype : "float32";
  const unchanged = new Map(args.map((x) => [x, x]));
  const [result] = rewrite([root], unchanged, (name, primitive, operands) => {
    const expansion = primitive.floatOnly || isFloat(dtype) ? expansionOf(name)?.[precision] : undefined;
    return expansion ? expansion(...operands) : apply(name, primitive, operands);
  });
  return result!;
}

/** The formula of an elementwise node over `x`, with casts, in primitives. */
export function elementwiseExpr(
  node: GraphNode,
  op: Elementwise,
  x: readonly Expr[],
  types: readonly DType[],
): Expr {
  const formula = op.f(x);
  const typed = needsNoCasts(op, types, node.dtype) ? formula : insertCasts(formula, x, types, node.dtype);
  return exprCost(node).callsFunction ? expandFunctions(typed, x, types.reduce(promote)) : typed;
}
