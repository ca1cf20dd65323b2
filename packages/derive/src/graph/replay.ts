import { Tensor } from "@chainrule/core";
import { build, type Node, nodeOf, topological } from "@chainrule/core/internal";

/** The nodes computed again where others have given values. */
export function replay(nodes: readonly Node[], given: ReadonlyMap<Node, Tensor>): Tensor[] {
  const made = new Map<Node, Node>([...given].map(([node, t]) => [node, nodeOf(t)]));
  for (const node of topological(nodes, (n) => !made.has(n)))
    if (!made.has(node)) {
      const inputs = node.inputs.map((x) => made.get(x)!);
      const isChanged = inputs.some((x, i) => x !== node.inputs[i]);
      made.set(node, isChanged ? build(node.op, inputs, node.shape, node.dtype) : node);
    }
  return nodes.map((node) => new Tensor(made.get(node)!));
}
