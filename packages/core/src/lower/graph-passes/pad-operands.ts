import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Expr } from "../../scalar/expr.ts";
import { add, and, le, lt } from "../../scalar/primitives.ts";
import { isGemm } from "../analysis/gemm.ts";
import { unrolledTerms } from "../analysis/small-reduction.ts";
import { type Padding, paddedShape, viewOf } from "../analysis/views.ts";
import { type IndexMap, syntheticMovement } from "./movement.ts";

/** The elements of x between zeros. */
function padded(x: GraphNode, base: number, zeros: Padding["amounts"]): GraphNode {
  const moveBy = (at: readonly Expr[], sign: number) =>
    at.map((i, d) => add(i, sign * (zeros[d]?.[0] as number)));
  const read: IndexMap = (out) => {
    const index = moveBy(out, -1);
    const within = index.flatMap((i, d) => [le(0, i), lt(i, x.shape[d] as number)]);
    return { index, valid: within.reduce((a, b) => and(a, b)) };
  };
  return syntheticMovement("border", base, paddedShape(x.shape, zeros), x, read, (from) => moveBy(from, 1));
}

/**
 * The structure with the operands of products that reach into zeros, such as padded windows, read from a copy that
 * has these zeros around it: there they are views in equal steps, of hardly more memory than what they are windows of.
 */
export function padOperands(structure: CanonicalGraph): CanonicalGraph {
  const place: number[] = [];
  const items: GraphNode[] = [];
  const copies = new Map<string, number>();
  const framed = (i: number): number => {
    const { source, padding } = viewOf(structure.items, i, true);
    if (!padding) return place[i] as number;
    const from = place[source] as number;
    const key = `${from} ${padding.amounts}`;
    const copy = copies.get(key) ?? items.push(padded(items[from] as GraphNode, from, padding.amounts)) - 1;
    copies.set(key, copy);
    const { shape } = structure.items[i] as GraphNode;
    return (
      items.push(
        syntheticMovement("view", copy, shape, items[copy] as GraphNode, (out) => ({
          index: padding.at(out),
        })),
      ) - 1
    );
  };
  for (const item of structure.items) {
    const { op } = item;
    const frames =
      op.family === "contraction" &&
      (isGemm(item, structure.items) || unrolledTerms(item, structure.items) > 0);
    const inputs = item.inputs.map((x) => (frames ? framed(x) : (place[x] as number)));
    place.push(items.push({ ...item, inputs }) - 1);
  }
  return { ...structure, items, roots: structure.roots.map((r) => place[r] as number) };
}
