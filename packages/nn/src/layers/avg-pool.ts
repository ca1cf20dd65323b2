import { ones, type Tensor } from "@chainrule/core";
import { checked, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { type PoolOptions, padConstant, poolConfigs, poolOptions } from "../functional/pooling.ts";
import { type PerAxis, perAxisKind, slidingWindows } from "../functional/sliding-windows.ts";
import { functionLayer } from "./function-layer.ts";

/** Options of average pooling. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count as elements. Default: true. */
  readonly countIncludePad?: boolean;
  /** The divisor of every sum. Default: the number of elements. */
  readonly divisorOverride?: number;
}

function avgPoolNd(axes: 1 | 2 | 3, x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions): Tensor {
  const op = `avgPool${axes}d`;
  const { countIncludePad = true, divisorOverride } = options;
  if (divisorOverride !== undefined) requireInRange(op, ranges.nonZero, { divisorOverride });
  const configs = poolConfigs(op, axes, x, kernelSize, options);
  const sums = (t: Tensor) =>
    slidingWindows(op, ...padConstant(t, configs, 0))
      .flatten(-axes)
      .sum(-1);
  if (divisorOverride !== undefined) return sums(x).div(divisorOverride);
  const counted = ones(x.shape.slice(x.ndim - axes), { dtype: x.dtype });
  if (!countIncludePad) return sums(x).div(sums(counted));
  const within = configs.map((a) => ({ ...a, padding: [a.padding[0], a.padding[0]] as const }));
  const beyond = configs.map((a) => ({ ...a, padding: [0, a.padding[1] - a.padding[0]] as const }));
  const [bordered] = padConstant(counted, within, 1);
  const counts = slidingWindows(op, ...padConstant(bordered, beyond, 0));
  return sums(x).div(counts.flatten(-axes).sum(-1));
}

const poolArguments: Signature = {
  x: "tensor",
  kernelSize: perAxisKind,
  options: { ...poolOptions, countIncludePad: "boolean", divisorOverride: "number" },
};

/**
 * Mean of each window along the last axis. Elements that `ceilMode` adds never count.
 *
 * @param x […, L]
 * @param kernelSize the size of the windows
 * @throws where the kernel is larger than the padded input
 *
 * @example
 * console.log(avgPool1d(tensor([1, 3, 5, 7]), 2)); //=> tensor([2, 6], shape [2], float32)
 */
export const avgPool1d = /* @__PURE__ */ checked(
  "avgPool1d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor =>
    avgPoolNd(1, x, kernelSize, options),
);

/**
 * `avgPool1d` of windows over the last two axes of x […, H, W].
 *
 * @throws as `avgPool1d`
 *
 * @example
 * console.log(avgPool2d(arange(16).reshape([1, 4, 4]), 2));
 * //=> tensor([[[ 2.5,  4.5],
 * //=>          [10.5, 12.5]]], shape [1, 2, 2], float32)
 */
export const avgPool2d = /* @__PURE__ */ checked(
  "avgPool2d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor =>
    avgPoolNd(2, x, kernelSize, options),
);

/**
 * `avgPool1d` of windows over the last three axes of x […, D, H, W].
 *
 * @throws as `avgPool1d`
 *
 * @example
 * console.log(avgPool3d(arange(8).reshape([2, 2, 2]), 2)); //=> tensor([[[3.5]]], shape [1, 1, 1], float32)
 */
export const avgPool3d = /* @__PURE__ */ checked(
  "avgPool3d",
  poolArguments,
  (x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor =>
    avgPoolNd(3, x, kernelSize, options),
);

/**
 * `avgPool1d` as a layer.
 *
 * @example
 * console.log(new AvgPool1d(2).forward(tensor([1, 3, 5, 7]))); //=> tensor([2, 6], shape [2], float32)
 */
export class AvgPool1d extends functionLayer(avgPool1d, poolArguments) {
  static override readonly name: string = "AvgPool1d";
}
/**
 * `avgPool2d` as a layer.
 *
 * @example
 * console.log(new AvgPool2d(2).forward(arange(16).reshape([1, 4, 4])));
 * //=> tensor([[[ 2.5,  4.5],
 * //=>          [10.5, 12.5]]], shape [1, 2, 2], float32)
 */
export class AvgPool2d extends functionLayer(avgPool2d, poolArguments) {
  static override readonly name: string = "AvgPool2d";
}
/**
 * `avgPool3d` as a layer.
 *
 * @example
 * console.log(new AvgPool3d(2).forward(arange(8).reshape([2, 2, 2])));
 * //=> tensor([[[3.5]]], shape [1, 1, 1], float32)
 */
export class AvgPool3d extends functionLayer(avgPool3d, poolArguments) {
  static override readonly name: string = "AvgPool3d";
}
