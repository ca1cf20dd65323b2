import { sameShape } from "../shape.ts";
import { type CanonicalGraph, type Graph, type GraphNode, inputOp } from "./canonicalize.ts";
import type { Node } from "./node.ts";
import { sameApplication } from "./op-equality.ts";

/** The key of a graph: its nodes as data, in order. Graphs with equal keys compute the same. */
export type GraphKey = Pick<CanonicalGraph, "items" | "roots">;

const indicesOf = (nodes: readonly Node[]): number[] => nodes.map((n) => n.index);

export function graphKeyOf({ roots, nodes, isInput }: Graph): GraphKey {
  let inputs = 0;
  const items = nodes.map((node): GraphNode => {
    const { op, shape, dtype } = node;
    return isInput(node)
      ? { op: inputOp, inputs: [], shape, dtype, input: inputs++ }
      : { op, inputs: indicesOf(node.inputs), shape, dtype, input: -1 };
  });
  return { items, roots: indicesOf(roots) };
}

const sameInputs = (nodes: readonly Node[], indices: readonly number[]): boolean =>
  nodes.length === indices.length && nodes.every((n, i) => n.index === indices[i]);

const itemMatches = (item: GraphNode, node: Node, isInput: boolean): boolean =>
  isInput
    ? item.input >= 0 && item.dtype === node.dtype && sameShape(item.shape, node.shape)
    : item.input < 0 && sameApplication(item, node) && sameInputs(node.inputs, item.inputs);

/** Whether a graph has this key. */
export const matches = ({ items, roots }: GraphKey, graph: Graph): boolean =>
  items.length === graph.nodes.length &&
  sameInputs(graph.roots, roots) &&
  items.every((item, i) => {
    const node = graph.nodes[i]!;
    return itemMatches(item, node, graph.isInput(node));
  });
