import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Shape } from "../shape.ts";
import type { Node, Op, Source } from "./node.ts";
import { topological } from "./walk.ts";

/** A node of a graph without its values: what it does, to which earlier items. */
export interface GraphNode {
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Which input of the graph this is; −1 for what is worked out. */
  readonly input: number;
}

/** A graph as data: equal items are one. */
export interface CanonicalGraph {
  readonly items: readonly GraphNode[];
  readonly roots: readonly number[];
  /** The evaluated nodes that the graph starts from. */
  readonly inputs: readonly Node[];
}

/** What an input is, whatever it came from. */
export const inputOp: Source = { family: "source", name: "input", attrs: {}, f: undefined };

const identities = new WeakMap<Op, string>();
let nextIdentity = 0;

/** Numbers as JSON has them, and those that it has not: −0, ±∞ and NaN. */
const exactly = (_: string, x: unknown): unknown =>
  typeof x === "number" && (!Number.isFinite(x) || Object.is(x, -0)) ? (x === 0 ? "-0" : String(x)) : x;

/** A name that two ops share only if they do the same. */
function signature(op: Op): string {
  if (op.family !== "elementwise") return `${op.name}${JSON.stringify(op.attrs, exactly)}`;
  const known = identities.get(op) ?? `${op.name}#${nextIdentity++}`;
  identities.set(op, known);
  return known;
}

/** What an item is, but for which items it is made of. */
export const labelOf = ({ op, shape, dtype }: Pick<GraphNode, "op" | "shape" | "dtype">): string =>
  `${signature(op)}:${dtype}[${shape}]`;

/** What stands in for the value of a tensor that is only known when a compiled function is called. */
function throwUnknownValue(op: Op): never {
  return fail(
    "value",
    "compile",
    `a value is read inside a compiled function, or of a tensor that was kept from inside, where none is known (${op.name}). Return the tensor and read it outside; where() chooses by a condition`,
  );
}

/** What `roots` are made of, inputs before users; each node knows its place. */
export interface Graph {
  readonly roots: readonly Node[];
  readonly nodes: readonly Node[];
  readonly isInput: (node: Node) => boolean;
}

/** The graph of what `roots` are made of, down to evaluated nodes or other inputs; identities vanish. */
export function graphOf(roots: readonly Node[], isInput: Graph["isInput"] = (n) => n.value !== null): Graph {
  const nodes: Node[] = [];
  for (const node of topological(roots, (n) => !isInput(n)))
    node.index =
      node.op.family === "identity" && !isInput(node) ? (node.inputs[0] as Node).index : nodes.push(node) - 1;
  return { roots, nodes, isInput };
}

/** A graph without its values; equal nodes merge. */
export function canonicalize({ roots, nodes, isInput }: Graph): CanonicalGraph {
  const known = new Map<string, number>();
  const items: GraphNode[] = [];
  const inputs: Node[] = [];
  const at: number[] = [];
  const itemOf = (n: Node): number => at[n.index] as number;
  for (const node of nodes) {
    const { op, shape, dtype } = node;
    if (isInput(node)) {
      at.push(items.length);
      items.push({ op: inputOp, inputs: [], shape, dtype, input: inputs.length });
      inputs.push(node);
      continue;
    }
    if (op.family === "source" && op.f === undefined) throwUnknownValue(op);
    const from = node.inputs.map(itemOf);
    const key = `${labelOf(node)}(${from})`;
    const same = known.get(key) ?? items.push({ op, inputs: from, shape, dtype, input: -1 }) - 1;
    known.set(key, same);
    at.push(same);
  }
  return { items, roots: roots.map(itemOf), inputs };
}
