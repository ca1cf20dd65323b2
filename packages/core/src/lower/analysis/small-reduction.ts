import { type DType, isFloat } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Combination } from "../../ops/reduction-rules.ts";
import { apply, type Expr, literal } from "../../scalar/expr.ts";
import { add, and, eq, lt, or, primitives, where, xor } from "../../scalar/primitives.ts";
import { sizeOf } from "../../shape.ts";
import type { Numerics } from "../target.ts";
import { gemmShape, isGemm } from "./gemm.ts";

/** How many terms a reduction or contraction adds up in one expression; 0 for one that loops, and for other nodes. */
export function unrolledTerms(node: GraphNode, items: readonly GraphNode[], numerics: Numerics): number {
  const { op, shape, inputs } = node;
  if (sizeOf(shape) < numerics.minUnrolledOutputs || isGemm(node, items, numerics)) return 0;
  const terms =
    op.family === "reduction"
      ? sizeOf(op.dims.map((d) => items[inputs[0]!]!.shape[d]!))
      : (gemmShape(node, items)?.k ?? 0);
  return terms <= numerics.maxUnrolledTerms ? terms : 0;
}

/** Combines one or more terms in one expression: as a binary tree or, for an arg reduction, by choices. */
export function unrollReduce(op: Combination, terms: readonly Expr[], dtype: DType): Expr {
  if (op.isArgReduction) return unrollArgReduce(op, terms, dtype);
  let level = terms;
  while (level.length > 1)
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, k) => {
      const [a, b] = [level[2 * k]!, level[2 * k + 1]];
      return b ? apply(op.combine, primitives[op.combine], [a, b]) : a;
    });
  const result = level[0]!;
  return op.combine === "add" ? add(result, op.identity) : result;
}

/** The position of the first extremum, or of the first NaN. */
function unrollArgReduce({ combine }: Combination, terms: readonly Expr[], dtype: DType): Expr {
  let [best, position] = [terms[0]!, literal(0, "int32")];
  for (const [k, x] of terms.entries()) {
    if (k === 0) continue;
    const better = combine === "maximum" ? lt(best, x) : lt(x, best);
    const wins = isFloat(dtype) ? or(better, and(xor(eq(x, x), 1), eq(best, best))) : better;
    [best, position] = [where(wins, x, best), where(wins, literal(k, "int32"), position)];
  }
  return position;
}
