import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Shape } from "../shape.ts";
import type { Node, Op } from "./node.ts";
import type { Input } from "./op.ts";
import { ApplicationNumbers } from "./op-equality.ts";
import { topological } from "./walk.ts";

/** A node of a graph without its value: an op, applied to earlier items. */
export interface GraphNode {
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Which input of the graph this is; −1 for what is computed. */
  readonly input: number;
  /** The formula that a node was written as, if any. */
  readonly label?: string;
}

/** A graph as data, in which equal nodes are one item. */
export interface CanonicalGraph {
  readonly items: readonly GraphNode[];
  readonly roots: readonly number[];
  /** The evaluated nodes that the graph starts from. */
  readonly inputs: readonly Node[];
}

/** The op of every input of a graph. */
export const inputOp: Input = { family: "input", name: "input" };

/** Refuses a placeholder, whose value is known only when a compiled function is called. */
const throwUnknownValue = ({ name }: Op): never =>
  fail(
    "value",
    "compile",
    `a value is read inside a compiled function, or of a tensor that was kept from inside, where none is known (${name}). Return the tensor and read it outside; where() chooses by a condition`,
  );

/** All nodes that `roots` are made of, inputs before users; each node knows its index. */
export interface Graph {
  readonly roots: readonly Node[];
  readonly nodes: readonly Node[];
  readonly isInput: (node: Node) => boolean;
}

/** The graph that `roots` are made of, down to evaluated nodes or other inputs; identities vanish. */
export function graphOf(roots: readonly Node[], isInput: Graph["isInput"] = (n) => n.value !== null): Graph {
  const nodes: Node[] = [];
  for (const node of topological(roots, (n) => !isInput(n)))
    node.index =
      node.op.family === "identity" && !isInput(node) ? node.inputs[0]!.index : nodes.push(node) - 1;
  return { roots, nodes, isInput };
}

/** The graph without its values; equal nodes merge (value numbering). */
export function canonicalize({ roots, nodes, isInput }: Graph): CanonicalGraph {
  const applications = new ApplicationNumbers();
  const known = new Map<string, number>();
  const items: GraphNode[] = [];
  const inputs: Node[] = [];
  const itemIndices: number[] = [];
  const itemOf = (n: Node): number => itemIndices[n.index]!;
  for (const node of nodes) {
    const { op, shape, dtype, label } = node;
    if (isInput(node)) {
      itemIndices.push(items.length);
      items.push({ op: inputOp, inputs: [], shape, dtype, input: inputs.length });
      inputs.push(node);
      continue;
    }
    if (op.family === "input") throwUnknownValue(op);
    const from = node.inputs.map(itemOf);
    const key = `${applications.of(node)}(${from})`;
    const item =
      known.get(key) ??
      items.push({ op, inputs: from, shape, dtype, input: -1, ...(label && { label }) }) - 1;
    known.set(key, item);
    itemIndices.push(item);
  }
  return { items, roots: roots.map(itemOf), inputs };
}
