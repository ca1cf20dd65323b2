import { type DType, isFloat } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Reduction } from "../../graph/node.ts";
import { apply, type Expr, literal } from "../../scalar/expr.ts";
import { add, and, eq, lt, or, primitives, where, xor } from "../../scalar/primitives.ts";
import { sizeOf } from "../../shape.ts";
import { gemmShape, isGemm, maxUnrolled } from "./gemm.ts";

/** Fewer results gain nothing from formulas. */
const minOutputs = 64;

/** How many terms the formula of a short reduction or product has; 0 for other items. */
export function unrolledTerms(item: GraphNode, items: readonly GraphNode[]): number {
  const { op, shape, inputs } = item;
  if (sizeOf(shape) < minOutputs || isGemm(item, items)) return 0;
  const x = items[inputs[0] as number] as GraphNode;
  const terms =
    op.family === "reduction"
      ? sizeOf(op.dims.map((d) => x.shape[d] as number))
      : (gemmShape(item, items)?.k ?? 0);
  return terms <= maxUnrolled ? terms : 0;
}

/** How elements are combined. */
export type Unrolled = Pick<Reduction, "combine" | "identity" | "isArgReduction">;

/** These elements, at least one, combined in a formula: as a tree, or where the chosen one is. */
export function unrollReduce(op: Unrolled, elements: readonly Expr[], dtype: DType): Expr {
  if (op.isArgReduction) return unrollArgReduce(op, elements, dtype);
  let terms = elements;
  while (terms.length > 1)
    terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, k) => {
      const [a, b] = [terms[2 * k] as Expr, terms[2 * k + 1]];
      return b ? apply(op.combine, primitives[op.combine], [a, b]) : a;
    });
  const [result] = terms as [Expr];
  return op.combine === "add" ? add(result, op.identity) : result;
}

/** The place of the first element that is better than all others, or of the first NaN. */
function unrollArgReduce({ combine }: Unrolled, elements: readonly Expr[], dtype: DType): Expr {
  let [best, place] = [elements[0] as Expr, literal(0, "int32")];
  for (const [k, x] of elements.entries()) {
    if (k === 0) continue;
    const better = combine === "maximum" ? lt(best, x) : lt(x, best);
    const wins = isFloat(dtype) ? or(better, and(xor(eq(x, x), 1), eq(best, best))) : better;
    [best, place] = [where(wins, x, best), where(wins, literal(k, "int32"), place)];
  }
  return place;
}
