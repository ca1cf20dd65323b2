import type { Node } from "./node.ts";

/** Every walk marks nodes with numbers of its own, so that marks of earlier walks need no clearing. */
let marks = 0;

/** The nodes that `roots` depend on, inputs before users, through the nodes that `follow` accepts. Iterative. */
export function topological(roots: readonly Node[], follow: (node: Node) => boolean): Node[] {
  const [open, done] = [++marks, ++marks];
  const order: Node[] = [];
  const stack: Node[] = [];
  for (const root of roots) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (node.visited === open || node.visited === done) {
        stack.pop();
        if (node.visited === open) order.push(node);
        node.visited = done;
        continue;
      }
      node.visited = open;
      if (follow(node))
        for (let i = node.inputs.length - 1; i >= 0; i--) {
          const x = node.inputs[i]!;
          if (x.visited !== open && x.visited !== done) stack.push(x);
        }
    }
  }
  return order;
}

/** Groups roots by the connected component of the graph that `follow` accepts; roots that it does not accept are left out. */
export function connectedComponents(roots: readonly Node[], follow: (node: Node) => boolean): Node[][] {
  const parents = new Map<Node, Node>();
  const find = (node: Node): Node => {
    let representative = node;
    while (parents.get(representative) !== representative) representative = parents.get(representative)!;
    parents.set(node, representative);
    return representative;
  };
  for (const node of topological(roots, follow))
    if (follow(node)) {
      parents.set(node, node);
      for (const x of node.inputs) if (follow(x)) parents.set(find(x), node);
    }
  const components = new Map<Node, Node[]>();
  for (const root of roots.filter(follow)) {
    const component = components.get(find(root)) ?? [];
    components.set(find(root), component);
    component.push(root);
  }
  return [...components.values()];
}
