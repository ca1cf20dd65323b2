import { type Tensor, where } from "@chainrule/core";
import { checked, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { type PoolOptions, padConstant, poolConfigs } from "../functional/pooling.ts";
import { safeScale } from "../functional/safe-scale.ts";
import { type PerAxis, perAxisKind, slidingWindows } from "../functional/sliding-windows.ts";

/** Options of power-average pooling: `stride` and `ceilMode` of `PoolOptions`. */
export type LpPoolOptions = Omit<PoolOptions, "padding">;

function lpPoolNd(axes: 1 | 2, x: Tensor, p: number, kernelSize: PerAxis, options: LpPoolOptions): Tensor {
  const op = `lpPool${axes}d`;
  const configs = poolConfigs(op, axes, x, kernelSize, options);
  requireInRange(op, ranges.positiveOrInfinity, { p });
  const windows = slidingWindows(op, ...padConstant(x, configs, 0)).flatten(-axes);
  if (p === 1) return windows.sum(-1);
  const scale = safeScale(windows, [windows.ndim - 1]);
  const total = windows.mul(scale).pow(p).sum(-1, { keepdim: true });
  return where(total.eq(0), 0, total.pow(1 / p).div(scale)).squeeze(-1);
}

const lpPoolArguments: Signature = {
  x: "tensor",
  p: "number",
  kernelSize: perAxisKind,
  options: { stride: perAxisKind, ceilMode: "boolean" },
};

/**
 * Power-average pooling (Σ xᵖ)^{1/p} of each window along the last axis. The derivative at 0 is 0.
 *
 * @param x […, L]
 * @param p the power, > 0
 * @param kernelSize the size of the windows
 * @throws where the kernel is larger than the input
 *
 * @example
 * console.log(lpPool1d(tensor([3, 4, 6, 8]), 2, 2)); //=> tensor([ 5, 10], shape [2], float32)
 */
export const lpPool1d = /* @__PURE__ */ checked(
  "lpPool1d",
  lpPoolArguments,
  (x: Tensor, p: number, kernelSize: PerAxis, options: LpPoolOptions = {}): Tensor =>
    lpPoolNd(1, x, p, kernelSize, options),
);

/**
 * `lpPool1d` of windows over the last two axes of x […, H, W].
 *
 * @throws as `lpPool1d`
 *
 * @example
 * console.log(lpPool2d(ones([1, 4, 4]), 2, 2));
 * //=> tensor([[[2, 2],
 * //=>          [2, 2]]], shape [1, 2, 2], float32)
 */
export const lpPool2d = /* @__PURE__ */ checked(
  "lpPool2d",
  lpPoolArguments,
  (x: Tensor, p: number, kernelSize: PerAxis, options: LpPoolOptions = {}): Tensor =>
    lpPoolNd(2, x, p, kernelSize, options),
);
