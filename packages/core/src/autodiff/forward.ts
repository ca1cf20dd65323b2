import { type Node, type Op, observer } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { type Derivative, families, type Rules } from "./families.ts";

/** The tangents of `outputs`, ẏ = Σ ∂y/∂x·ẋ over the pairs (x, ẋ) of `seeds`. Null where none arrives. */
export function forward(outputs: readonly Node[], seeds: readonly (readonly [Node, Node])[]): Derivative[] {
  const tangent = new Map<Node, Derivative>(seeds);
  for (const node of topological(outputs, (n) => n.needsGrad && !tangent.has(n))) {
    if (tangent.has(node)) continue;
    observer?.deriving(node);
    const ẋ = node.inputs.map((x) => tangent.get(x) ?? null);
    const moves = node.needsGrad && ẋ.some((t) => t !== null);
    tangent.set(node, moves ? (families[node.op.family] as Rules<Op>).jvp(node.op, node, ẋ) : null);
  }
  observer?.deriving(null);
  const found = outputs.map((y) => tangent.get(y) ?? null);
  observer?.derived(found);
  return found;
}
