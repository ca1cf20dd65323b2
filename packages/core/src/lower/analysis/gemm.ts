import { isFloat } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";

/** Sums of at most so many terms are formulas of them: those over small windows, above all. */
export const maxUnrolled = 9;
/** Products below this many multiplications are plain loops. */
const minGemmMultiplies = 4096;

/** A contraction as matrix products: how many, of how many rows and columns, summed over how many elements. */
export interface GemmShape {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

export function gemmShape({ op, inputs }: GraphNode, items: readonly GraphNode[]): GemmShape | undefined {
  if (op.family !== "contraction") return undefined;
  const extent = { batch: 1, m: 1, n: 1, k: 1 };
  const [x, y] = inputs.map((i) => (items[i] as GraphNode).shape) as [readonly number[], readonly number[]];
  [...op.a].forEach((l, d) => {
    const kind = !op.b.includes(l) ? "m" : op.out.includes(l) ? "batch" : "k";
    extent[kind] *= x[d] as number;
  });
  [...op.b].forEach((l, d) => {
    if (!op.a.includes(l)) extent.n *= y[d] as number;
  });
  return extent;
}

/** Whether the matrix kernel works an item out: a contraction of many multiplications that is no dot, and no formula of few terms. */
export function isGemm(item: GraphNode, items: readonly GraphNode[]): boolean {
  const extent = gemmShape(item, items);
  if (!extent || !isFloat(item.dtype)) return false;
  const { batch, m, n, k } = extent;
  const vectors = m === 1 || n === 1;
  return batch * m * n * k > minGemmMultiplies && m * n > 1 && k > (vectors ? maxUnrolled : 1);
}
