import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Expr } from "../../scalar/expr.ts";
import { add, and, le, lt } from "../../scalar/primitives.ts";
import { isGemm } from "../analysis/gemm.ts";
import { unrolledTerms } from "../analysis/small-reduction.ts";
import { type Padding, paddedShape, viewOf } from "../analysis/views.ts";
import type { Target } from "../target.ts";
import { type IndexMap, syntheticMovement } from "./movement.ts";
import { rebuild } from "./rebuild.ts";

/** The movement that puts zeros around node x, which is at `input`. */
function padMovement(x: GraphNode, input: number, amounts: Padding["amounts"]): GraphNode {
  const shift = (at: readonly Expr[], sign: number) => at.map((i, d) => add(i, sign * amounts[d]![0]));
  const read: IndexMap = (out) => {
    const index = shift(out, -1);
    const within = index.flatMap((i, d) => [le(0, i), lt(i, x.shape[d]!)]);
    return { index, valid: within.reduce((a, b) => and(a, b)) };
  };
  return syntheticMovement("pad", input, paddedShape(x.shape, amounts), x, read, (from) => shift(from, 1));
}

/**
 * Lets contractions read operands that reach into zeros, such as padded windows, from a padded copy of what they are moved
 * from: they are strided views of the copy, which is hardly larger than the original, while windows are many times its size.
 */
export function padOperands(graph: CanonicalGraph, { numerics }: Target): CanonicalGraph {
  const copies = new Map<string, number>();
  return rebuild(graph, (node, items) => {
    const viewOfPadded = (input: number): number => {
      const { source, padding } = viewOf(items, input, { allowPadding: true });
      if (!padding) return input;
      const key = `${source} ${padding.amounts}`;
      const copy = copies.get(key) ?? items.push(padMovement(items[source]!, source, padding.amounts)) - 1;
      copies.set(key, copy);
      const { shape } = items[input]!;
      const view = syntheticMovement("view", copy, shape, items[copy]!, (out) => ({
        index: padding.at(out),
      }));
      return items.push(view) - 1;
    };
    const readsViews =
      node.op.family === "contraction" &&
      (isGemm(node, items, numerics) || unrolledTerms(node, items, numerics) > 0);
    const inputs = readsViews ? node.inputs.map(viewOfPadded) : node.inputs;
    return items.push({ ...node, inputs }) - 1;
  });
}
