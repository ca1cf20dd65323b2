import { arange, type Tensor } from "@chainrule/core";
import { checked, type Signature } from "@chainrule/core/internal";
import { type PoolOptions, padWithinWindows, poolConfigs, poolOptions } from "../functional/pooling.ts";
import { type PerAxis, perAxisKind, slidingWindows } from "../functional/sliding-windows.ts";
import { functionLayer } from "./function-layer.ts";

/** Options of max pooling. */
export interface MaxPoolOptions extends PoolOptions {
  /** The distance between the elements of a window. Default: 1. */
  readonly dilation?: PerAxis;
}

interface Pooled {
  readonly values: Tensor;
  /** The index of each maximum in its window. */
  readonly indices: Tensor;
  /** Windows, as those of x, of the flat indices of the spatial axes. */
  readonly windowIndices: Tensor;
}

function maxPoolNd(axes: 1 | 2 | 3, x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions): Pooled {
  const op = `maxPool${axes}d`;
  const configs = poolConfigs(op, axes, x, kernelSize, options);
  const windows = (t: Tensor) => slidingWindows(op, ...padWithinWindows(op, t, configs)).flatten(-axes);
  const plane = x.shape.slice(x.ndim - axes);
  const size = plane.reduce((n, d) => n * d, 1);
  const places = arange(0, size, 1, { dtype: "int32" }).reshape(plane);
  return { ...windows(x).max(-1), windowIndices: windows(places) };
}

const poolArguments: Signature = {
  x: "tensor",
  kernelSize: perAxisKind,
  options: { ...poolOptions, dilation: perAxisKind },
};

/**
 * Maximum of each window along the last axis. The padding is never chosen, NaN is, and the gradient goes to the first
 * of equal elements.
 *
 * @param x […, L]
 * @param kernelSize the size of the windows
 * @throws where the kernel is larger than the padded input
 *
 * @example
 * console.log(maxPool1d(tensor([1, 3, 7, 5]), 2)); //=> tensor([3, 7], shape [2], float32)
 */
export const maxPool1d = /* @__PURE__ */ checked(
  "maxPool1d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor =>
    maxPoolNd(1, x, kernelSize, options).values,
);

/**
 * `maxPool1d` of windows over the last two axes of x […, H, W].
 *
 * @throws as `maxPool1d`
 *
 * @example
 * console.log(maxPool2d(arange(16).reshape([1, 4, 4]), 2));
 * //=> tensor([[[ 5,  7],
 * //=>          [13, 15]]], shape [1, 2, 2], float32)
 */
export const maxPool2d = /* @__PURE__ */ checked(
  "maxPool2d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor =>
    maxPoolNd(2, x, kernelSize, options).values,
);

/**
 * `maxPool1d` of windows over the last three axes of x […, D, H, W].
 *
 * @throws as `maxPool1d`
 *
 * @example
 * console.log(maxPool3d(arange(8).reshape([2, 2, 2]), 2)); //=> tensor([[[7]]], shape [1, 1, 1], float32)
 */
export const maxPool3d = /* @__PURE__ */ checked(
  "maxPool3d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor =>
    maxPoolNd(3, x, kernelSize, options).values,
);

/** The result of max pooling with indices. */
export interface PooledWithIndices {
  /** The maxima. */
  readonly values: Tensor;
  /** The index of each maximum (int32) in the flattened spatial axes of the input. */
  readonly indices: Tensor;
}

function withIndices({ values, indices, windowIndices }: Pooled): PooledWithIndices {
  const all = windowIndices.expand([...values.shape, windowIndices.shape.at(-1)!]);
  return { values, indices: all.gather(-1, indices.unsqueeze(-1)).squeeze(-1) };
}

/**
 * `maxPool1d` together with the index (int32) of each maximum along [L].
 *
 * @throws as `maxPool1d`
 *
 * @example
 * console.log(maxPool1dWithIndices(tensor([1, 3, 7, 5]), 2).indices); //=> tensor([1, 2], shape [2], int32)
 */
export const maxPool1dWithIndices = /* @__PURE__ */ checked(
  "maxPool1dWithIndices",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): PooledWithIndices =>
    withIndices(maxPoolNd(1, x, kernelSize, options)),
);

/**
 * `maxPool2d` together with the index (int32) of each maximum in the flattened plane [H, W].
 *
 * @throws as `maxPool1d`
 *
 * @example
 * console.log(maxPool2dWithIndices(arange(16).reshape([1, 4, 4]), 2).indices);
 * //=> tensor([[[ 5,  7],
 * //=>          [13, 15]]], shape [1, 2, 2], int32)
 */
export const maxPool2dWithIndices = /* @__PURE__ */ checked(
  "maxPool2dWithIndices",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): PooledWithIndices =>
    withIndices(maxPoolNd(2, x, kernelSize, options)),
);

/**
 * `maxPool3d` together with the index (int32) of each maximum in the flattened volume [D, H, W].
 *
 * @throws as `maxPool1d`
 *
 * @example
 * console.log(maxPool3dWithIndices(arange(8).reshape([2, 2, 2]), 2).indices);
 * //=> tensor([[[7]]], shape [1, 1, 1], int32)
 */
export const maxPool3dWithIndices = /* @__PURE__ */ checked(
  "maxPool3dWithIndices",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): PooledWithIndices =>
    withIndices(maxPoolNd(3, x, kernelSize, options)),
);

/**
 * `maxPool1d` as a layer.
 *
 * @example
 * console.log(new MaxPool1d(2).forward(tensor([1, 3, 7, 5]))); //=> tensor([3, 7], shape [2], float32)
 */
export class MaxPool1d extends functionLayer(maxPool1d, poolArguments) {
  static override readonly name: string = "MaxPool1d";
}
/**
 * `maxPool2d` as a layer.
 *
 * @example
 * console.log(new MaxPool2d(2).forward(arange(16).reshape([1, 4, 4])));
 * //=> tensor([[[ 5,  7],
 * //=>          [13, 15]]], shape [1, 2, 2], float32)
 */
export class MaxPool2d extends functionLayer(maxPool2d, poolArguments) {
  static override readonly name: string = "MaxPool2d";
}
/**
 * `maxPool3d` as a layer.
 *
 * @example
 * console.log(new MaxPool3d(2).forward(arange(8).reshape([2, 2, 2]))); //=> tensor([[[7]]], shape [1, 1, 1], float32)
 */
export class MaxPool3d extends functionLayer(maxPool3d, poolArguments) {
  static override readonly name: string = "MaxPool3d";
}
