import { type DType, isFloat } from "../../dtype.ts";
import { expansions } from "../../scalar/expand/index.ts";
import { apply, type Expr, rewrite } from "../../scalar/expr.ts";

/** A formula over `args` whose functions on floats are spelled out in words; others stay as they are. */
export function expandFunctions(root: Expr, args: readonly Expr[], dtype: DType): Expr {
  const precision = dtype === "float64" ? dtype : "float32";
  const own = new Map(args.map((x) => [x, x]));
  const [result] = rewrite([root], own, (name, word, operands) => {
    const expansion = word.real || isFloat(dtype) ? expansions[name]?.[precision] : undefined;
    return expansion ? expansion(...operands) : apply(name, word, operands);
  });
  return result as Expr;
}
