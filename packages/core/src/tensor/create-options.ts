import { checked, type Options } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "./tensor.ts";

/** Options of all functions that create a tensor. */
export interface CreateOptions {
  /** The dtype of the elements (the default dtype, unless the function says otherwise). */
  readonly dtype?: DType;
  /** Whether the tensor collects gradients (false). */
  readonly requiresGrad?: boolean;
}

/** The options of all functions that make a tensor. */
export const createOptions = { dtype: "dtype", requiresGrad: "boolean" } as const satisfies Options;

/** A function of a shape, which takes a list of sizes or the sizes themselves: `zeros([2, 3])` is `zeros(2, 3)`. */
export interface OfShape<O> {
  (shape: Shape, options?: O): Tensor;
  (...sizes: readonly number[]): Tensor;
  (...sizesAndOptions: readonly [...sizes: number[], options: O]): Tensor;
}

/** A function of a shape that checks its arguments. */
export const ofShape = <O>(
  op: string,
  options: Options,
  f: (shape: Shape, options?: O) => Tensor,
): OfShape<O> => checked(op, { shape: "shape...", options }, f as OfShape<O>);
