import { type Mask, type Node, nodeHook, type Op } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import type { Derivative } from "./derivative.ts";
import { families, type Rules } from "./families.ts";

/** A node, its tangent or cotangent, and where that is let through, if not everywhere. */
export type Seed = readonly [Node, Node, Mask | null];

/** The tangents of `outputs`, ẏ = Σ ∂y/∂x·ẋ over the pairs (x, ẋ) of `seeds`. Null where none arrives. */
export function forward(outputs: readonly Node[], seeds: readonly Seed[]): (Node | null)[] {
  const tangent = new Map<Node, Derivative | null>();
  for (const [x, value, mask] of seeds) tangent.set(x, { value, mask });
  for (const node of topological(outputs, (n) => n.needsGrad && !tangent.has(n))) {
    if (tangent.has(node)) continue;
    nodeHook?.onBackward(node);
    const ẋ = node.inputs.map((x) => tangent.get(x) ?? null);
    const moves = node.needsGrad && ẋ.some((t) => t !== null);
    tangent.set(node, moves ? (families[node.op.family] as Rules<Op>).jvp(node.op, node, ẋ) : null);
  }
  nodeHook?.onBackward(null);
  const found = outputs.map((y) => tangent.get(y)?.value ?? null);
  nodeHook?.onGradients(found);
  return found;
}
