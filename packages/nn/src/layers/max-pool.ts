import { arange, type Tensor } from "@chainrule/core";
import { checked, type Signature } from "@chainrule/core/internal";
import { type PoolOptions, padWithinWindows, poolConfigs, poolOptions } from "../functional/pooling.ts";
import { type PerAxis, perAxisKind, slidingWindows } from "../functional/sliding-windows.ts";
import { functionLayer } from "./function-layer.ts";

export interface MaxPoolOptions extends PoolOptions {
  /** The distance between neighbours in a window. */
  readonly dilation?: PerAxis;
}

interface Pooled {
  readonly values: Tensor;
  /** Where in its window the greatest element stands. */
  readonly indices: Tensor;
  /** A plane's windows of the flat places in it, beside those of x. */
  readonly windowIndices: Tensor;
}

function maxPoolNd(axes: 1 | 2 | 3, x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions): Pooled {
  const op = `maxPool${axes}d`;
  const along = poolConfigs(op, axes, x, kernelSize, options);
  const windows = (t: Tensor) => slidingWindows(op, ...padWithinWindows(op, t, along)).flatten(-axes);
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
 * The greatest element of each window along the last axis of x […, L]; the border is never chosen, NaN wins, and
 * the gradient goes to the first of equal elements. @throws where the kernel is larger than the padded input.
 */
export const maxPool1d = /* @__PURE__ */ checked(
  "maxPool1d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor =>
    maxPoolNd(1, x, kernelSize, options).values,
);

/** `maxPool1d` of windows over the last two axes of x […, H, W]. @throws as `maxPool1d`. */
export const maxPool2d = /* @__PURE__ */ checked(
  "maxPool2d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor =>
    maxPoolNd(2, x, kernelSize, options).values,
);

/** `maxPool1d` of windows over the last three axes of x […, D, H, W]. @throws as `maxPool1d`. */
export const maxPool3d = /* @__PURE__ */ checked(
  "maxPool3d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor =>
    maxPoolNd(3, x, kernelSize, options).values,
);

/** What a max pool chose, and where it stood. */
export interface PooledWithIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

function withIndices({ values, indices, windowIndices }: Pooled): PooledWithIndices {
  const all = windowIndices.expand([...values.shape, windowIndices.shape.at(-1)!]);
  return { values, indices: all.gather(-1, indices.unsqueeze(-1)).squeeze(-1) };
}

/** `maxPool1d`, and the place (int32) of each greatest element in its line [L]. @throws as `maxPool1d`. */
export const maxPool1dWithIndices = /* @__PURE__ */ checked(
  "maxPool1dWithIndices",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): PooledWithIndices =>
    withIndices(maxPoolNd(1, x, kernelSize, options)),
);

/** `maxPool2d`, and the flat place (int32) of each greatest element in its plane [H, W]. @throws as `maxPool1d`. */
export const maxPool2dWithIndices = /* @__PURE__ */ checked(
  "maxPool2dWithIndices",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): PooledWithIndices =>
    withIndices(maxPoolNd(2, x, kernelSize, options)),
);

/** `maxPool3d`, and the flat place (int32) of each greatest element in its volume [D, H, W]. @throws as `maxPool1d`. */
export const maxPool3dWithIndices = /* @__PURE__ */ checked(
  "maxPool3dWithIndices",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): PooledWithIndices =>
    withIndices(maxPoolNd(3, x, kernelSize, options)),
);

/** `maxPool1d` as a layer. */
export class MaxPool1d extends functionLayer(maxPool1d, poolArguments) {
  static override readonly name: string = "MaxPool1d";
}
/** `maxPool2d` as a layer. */
export class MaxPool2d extends functionLayer(maxPool2d, poolArguments) {
  static override readonly name: string = "MaxPool2d";
}
/** `maxPool3d` as a layer. */
export class MaxPool3d extends functionLayer(maxPool3d, poolArguments) {
  static override readonly name: string = "MaxPool3d";
}
