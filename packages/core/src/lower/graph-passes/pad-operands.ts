import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Movement } from "../../graph/op.ts";
import { isGemm } from "../analysis/gemm.ts";
import { unrolledTerms } from "../analysis/small-reduction.ts";
import { type Padding, viewOf } from "../analysis/views.ts";
import type { Target } from "../target.ts";
import { movementOf } from "./movement.ts";
import { rebuild } from "./rebuild.ts";

/** The movement that puts zeros around node x, which is at `input`. */
const padMovement = (x: GraphNode, input: number, amounts: Padding["amounts"]): GraphNode =>
  movementOf(
    {
      family: "movement",
      name: "pad",
      before: amounts.map(([before]) => before),
      after: amounts.map(([, after]) => after),
    },
    input,
    x,
  );

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
      const { offset, strides } = padding;
      const view: Movement = { family: "movement", name: "view", shape, offset, strides };
      return items.push(movementOf(view, copy, items[copy]!)) - 1;
    };
    const readsViews =
      node.op.family === "contraction" &&
      (isGemm(node, items, numerics) || unrolledTerms(node, items, numerics) > 0);
    const inputs = readsViews ? node.inputs.map(viewOfPadded) : node.inputs;
    return items.push({ ...node, inputs }) - 1;
  });
}
