import type { Tensor } from "../tensor/tensor.ts";

/** The tensors and containers in the arguments of a call, in the order of one walk through them. */
export interface Flattened {
  /** Behind the tensors of the arguments, what their forms are made of. */
  readonly tensors: Tensor[];
  /** The ids of the nodes that tensors are copies of, where they are not their own. */
  ids: readonly number[];
  /** The containers. */
  readonly objects: object[];
}

export const emptyFlattened = (): Flattened => ({ tensors: [], ids: [], objects: [] });
