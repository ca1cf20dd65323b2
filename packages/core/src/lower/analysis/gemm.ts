import { isFloat } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Numerics } from "../target.ts";

/** The sizes of a contraction as `batch` products of an m×k matrix and a k×n matrix. */
export interface GemmShape {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

export function gemmShape({ op, inputs }: GraphNode, items: readonly GraphNode[]): GemmShape | undefined {
  if (op.family !== "contraction") return undefined;
  const sizes = { batch: 1, m: 1, n: 1, k: 1 };
  const [a, b] = inputs.map((i) => items[i]!.shape);
  [...op.a].forEach((letter, d) => {
    const role = !op.b.includes(letter) ? "m" : op.out.includes(letter) ? "batch" : "k";
    sizes[role] *= a![d]!;
  });
  [...op.b].forEach((letter, d) => {
    if (!op.a.includes(letter)) sizes.n *= b![d]!;
  });
  return sizes;
}

/** Whether the matrix kernel computes a node: a large float contraction, but for dot products, outer products and short sums. */
export function isGemm(
  node: GraphNode,
  items: readonly GraphNode[],
  { minGemmMultiplies, maxUnrolledTerms }: Numerics,
): boolean {
  const shape = gemmShape(node, items);
  if (!shape || !isFloat(node.dtype)) return false;
  const { batch, m, n, k } = shape;
  const hasVector = m === 1 || n === 1;
  return batch * m * n * k > minGemmMultiplies && m * n > 1 && k > (hasVector ? maxUnrolledTerms : 1);
}
