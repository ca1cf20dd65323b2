import type { TypedArray } from "../dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The elements of a tensor that is evaluated already; nothing is evaluated for it. */
export const knownElements = (x: Tensor): TypedArray | undefined => x.node.value?.array;
