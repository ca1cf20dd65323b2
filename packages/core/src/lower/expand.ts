import type { DType } from "../dtype.ts";
import { expansions } from "../scalar/expand/index.ts";
import { applied, type Expr, subexpressions } from "../scalar/expr.ts";

/** A formula over `args` whose functions are spelled out in words, for a float dtype; elsewhere as it is. */
export function expandFunctions(root: Expr, args: readonly Expr[], dtype: DType): Expr {
  if (dtype !== "float32" && dtype !== "float64") return root;
  const made = new Map<Expr, Expr>(args.map((x) => [x, x]));
  for (const e of subexpressions([root], new Set(args))) {
    if (made.has(e)) continue;
    if (e.kind !== "apply") made.set(e, e);
    else {
      const operands = e.args.map((a) => made.get(a) as Expr);
      const expansion = expansions[e.name]?.[dtype];
      made.set(e, expansion ? expansion(...operands) : applied(e.name, e.word, operands));
    }
  }
  return made.get(root) as Expr;
}
