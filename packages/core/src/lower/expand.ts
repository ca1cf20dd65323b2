import type { DType } from "../dtype.ts";
import { expansions } from "../scalar/expand/index.ts";
import { applied, type Expr, rewritten } from "../scalar/expr.ts";

/** A formula over `args` whose functions are spelled out in words, for a float dtype; elsewhere as it is. */
export function expandFunctions(root: Expr, args: readonly Expr[], dtype: DType): Expr {
  if (dtype !== "float32" && dtype !== "float64") return root;
  const own = new Map(args.map((x) => [x, x]));
  const [result] = rewritten([root], own, (name, word, operands) => {
    const expansion = expansions[name]?.[dtype];
    return expansion ? expansion(...operands) : applied(name, word, operands);
  });
  return result as Expr;
}
