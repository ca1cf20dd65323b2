import type { DType } from "../dtype.ts";
import { Node, type Source } from "../graph/node.ts";
import type { Shape } from "../shape.ts";

const placeholding = (): Source => ({ family: "source", name: "placeholder", attrs: {}, f: undefined });
const [firm, weak] = [placeholding(), placeholding()];

/** A tensor that is given its elements at every run of the graph it is part of. */
export const placeholder = (shape: Shape, dtype: DType): Node => new Node(firm, [], shape, dtype, false);

/** A number that is given at every run; it adapts to the dtype of the tensors it meets, as a JavaScript number does. */
export const weakPlaceholder = (): Node => new Node(weak, [], [], "float64", false);

export const isWeak = ({ op }: Node): boolean => op === weak;

export const isPlaceholder = ({ op }: Node): boolean => op === firm || op === weak;
