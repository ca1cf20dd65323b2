import type { DType } from "../dtype.ts";
import { Node } from "../graph/node.ts";
import type { Input } from "../graph/op.ts";
import type { Shape } from "../shape.ts";

const firm: Input = { family: "input", name: "placeholder" };
const weak: Input = { family: "input", name: "placeholder" };

/** A tensor that is given its elements at every run of the graph it is part of. */
export const placeholder = (shape: Shape, dtype: DType): Node => new Node(firm, [], shape, dtype, false);

/** Chooses a dtype by a number, and sees to it that a later one for which another would be chosen is noticed. */
type Choose = (by: (x: number) => DType) => DType;
const choices = new WeakMap<Node, Choose>();

/** A number that is given at every run; it adapts to the dtype of the tensors it meets, as a JavaScript number does. */
export function weakPlaceholder(choose: Choose): Node {
  const node = new Node(weak, [], [], "float64", false);
  choices.set(node, choose);
  return node;
}

/** The dtype that a weak number leads to. */
export const weakDType = (node: Node, by: (x: number) => DType): DType => (choices.get(node) as Choose)(by);

export const isWeak = ({ op }: Node): boolean => op === weak;

export const isPlaceholder = ({ op }: Node): boolean => op === firm || op === weak;
