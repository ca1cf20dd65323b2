import type { Node } from "./node.ts";

/** The nodes that `roots` are made of, inputs before users; `follow` says which nodes to look behind. Iterative. */
export function topological(roots: readonly Node[], follow: (node: Node) => boolean): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const stack: Node[] = [];
  for (const root of roots) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1] as Node;
      if (state.has(node)) {
        stack.pop();
        if (state.get(node) === "open") {
          state.set(node, "done");
          order.push(node);
        }
        continue;
      }
      state.set(node, "open");
      if (follow(node))
        for (let i = node.inputs.length - 1; i >= 0; i--)
          if (!state.has(node.inputs[i] as Node)) stack.push(node.inputs[i] as Node);
    }
  }
  return order;
}
