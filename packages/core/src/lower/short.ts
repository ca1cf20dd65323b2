import { type DType, isFloat } from "../dtype.ts";
import type { Reduction } from "../graph/node.ts";
import type { Item } from "../graph/structure.ts";
import { applied, type Expr, toExpr } from "../scalar/expr.ts";
import { add, and, eq, lt, or, where, words, xor } from "../scalar/words.ts";
import { sizeOf } from "../shape.ts";

/** Reductions of at most so many elements are formulas of them: those of small windows, above all. */
const fewTerms = 9;
/** Shorter results gain nothing by that. */
const fewResults = 64;

/** How many elements of its operand the formula of a short reduction has; 0 for other items. */
export function termsOf({ op, shape, inputs }: Item, items: readonly Item[]): number {
  if (op.family !== "reduction" || sizeOf(shape) < fewResults) return 0;
  const size = sizeOf(op.dims.map((d) => (items[inputs[0] as number] as Item).shape[d] as number));
  return size <= fewTerms ? size : 0;
}

/** A reduction of these elements, at least one, as a formula: combined as a tree, or where the chosen one is. */
export function combined(op: Reduction, elements: readonly Expr[], dtype: DType): Expr {
  if (op.position) return chosen(op, elements, dtype);
  let terms = elements;
  while (terms.length > 1)
    terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, k) => {
      const [a, b] = [terms[2 * k] as Expr, terms[2 * k + 1]];
      return b ? applied(op.combine, words[op.combine], [a, b]) : a;
    });
  const [result] = terms as [Expr];
  return op.combine === "add" ? add(result, op.identity) : result;
}

/** The place of the first element that is better than all others, or of the first NaN. */
function chosen({ combine }: Reduction, elements: readonly Expr[], dtype: DType): Expr {
  let [best, place] = [elements[0] as Expr, toExpr(0)];
  for (const [k, x] of elements.entries()) {
    if (k === 0) continue;
    const better = combine === "maximum" ? lt(best, x) : lt(x, best);
    const wins = isFloat(dtype) ? or(better, and(xor(eq(x, x), 1), eq(best, best))) : better;
    [best, place] = [where(wins, x, best), where(wins, k, place)];
  }
  return place;
}
