import type { DType } from "../dtype.ts";
import { Node, type Source } from "../graph/node.ts";
import type { Shape } from "../shape.ts";

const op: Source = { family: "source", name: "placeholder", attrs: {}, f: undefined };

/** A tensor that is given its elements at every run of the graph it is part of. */
export const placeholder = (shape: Shape, dtype: DType): Node => new Node(op, [], shape, dtype, false);

export const isPlaceholder = (node: Node): boolean => node.op === op;

const weak = new WeakSet<Node>();

/** A number that is given at every run; it adapts to the dtype of the tensors it meets, as a JavaScript number does. */
export function weakPlaceholder(): Node {
  const node = placeholder([], "float64");
  weak.add(node);
  return node;
}

export const isWeak = (node: Node): boolean => weak.has(node);
