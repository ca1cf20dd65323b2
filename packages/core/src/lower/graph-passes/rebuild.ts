import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";

/**
 * Rebuilds a graph node by node. `replace` gets a node whose inputs are positions in the new list of nodes, appends what
 * it needs to the list, and returns the position of the node's replacement.
 */
export function rebuild(
  graph: CanonicalGraph,
  replace: (node: GraphNode, items: GraphNode[], i: number) => number,
): CanonicalGraph {
  const items: GraphNode[] = [];
  const positions: number[] = [];
  graph.items.forEach((node, i) => {
    const inputs = node.inputs.map((x) => positions[x]!);
    positions.push(replace({ ...node, inputs }, items, i));
  });
  return { ...graph, items, roots: graph.roots.map((r) => positions[r]!) };
}
