import type { DType } from "../dtype.ts";
import { type Shape, sameShape } from "../shape.ts";
import type { Graph } from "./canonicalize.ts";
import type { Attrs, Node, Op } from "./node.ts";

/** A node of a graph: what it does, to which nodes before it. */
interface Step {
  /** A formula, or what another op is called, since that may hold nodes, which must not live on; null for an input. */
  readonly op: Op | string | null;
  readonly attrs: Attrs;
  readonly from: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What graphs that do the same have in common. */
export interface GraphKey {
  readonly steps: readonly Step[];
  readonly roots: readonly number[];
}

const nameOf = (node: Node, { isInput }: Graph): Step["op"] =>
  isInput(node) ? null : node.op.family === "elementwise" ? node.op : node.op.name;

const placesOf = (nodes: readonly Node[]): number[] => nodes.map((n) => n.index);

export const graphKeyOf = (graph: Graph): GraphKey => ({
  steps: graph.nodes.map((node) => {
    const { op, inputs, shape, dtype } = node;
    return { op: nameOf(node, graph), attrs: op.attrs, from: placesOf(inputs), shape, dtype };
  }),
  roots: placesOf(graph.roots),
});

const sameInputs = (nodes: readonly Node[], places: readonly number[]): boolean =>
  nodes.length === places.length && nodes.every((n, i) => n.index === places[i]);

function sameAttrs(a: Attrs, b: Attrs): boolean {
  for (const name in a) {
    const [x, y] = [a[name], b[name]];
    if (!Object.is(x, y) && !(Array.isArray(x) && Array.isArray(y) && sameShape(x, y))) return false;
  }
  return true;
}

const stepMatches = ({ op, attrs, from, shape, dtype }: Step, node: Node, graph: Graph): boolean =>
  op === nameOf(node, graph) &&
  dtype === node.dtype &&
  sameShape(shape, node.shape) &&
  (op === null || (sameInputs(node.inputs, from) && sameAttrs(attrs, node.op.attrs)));

/** Whether a graph has this outline. */
export const matches = ({ steps, roots }: GraphKey, graph: Graph): boolean =>
  steps.length === graph.nodes.length &&
  sameInputs(graph.roots, roots) &&
  steps.every((step, i) => stepMatches(step, graph.nodes[i] as Node, graph));
