import type { DType } from "../dtype.ts";
import { Node } from "../graph/node.ts";
import type { Input } from "../graph/op.ts";
import type { Shape } from "../shape.ts";

const strongType: Input = { family: "input", name: "placeholder" };
const weakType: Input = { family: "input", name: "placeholder" };

/** A tensor whose elements are an input of every run of its graph. */
export const placeholder = (shape: Shape, dtype: DType): Node =>
  new Node(strongType, [], shape, dtype, false);

/** Chooses a dtype by the value of a number, and specializes the trace on that choice. */
type Choose = (by: (x: number) => DType) => DType;
const choices = new WeakMap<Node, Choose>();

/** A number that is an input of every run. It is weakly typed, as a JavaScript number is: it adopts the dtype of tensors beside it. */
export function weakPlaceholder(choose: Choose): Node {
  const node = new Node(weakType, [], [], "float64", false);
  choices.set(node, choose);
  return node;
}

/** The dtype that an operation chooses by the value of a weakly typed placeholder. */
export const weakDType = (node: Node, by: (x: number) => DType): DType => choices.get(node)!(by);

export const isWeakType = ({ op }: Node): boolean => op === weakType;

export const isPlaceholder = ({ op }: Node): boolean => op === strongType || op === weakType;
