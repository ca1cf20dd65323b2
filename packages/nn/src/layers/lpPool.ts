import type { Tensor } from "@chainrule/core";
import { type PoolOptions, padded, poolAlong } from "./pooling.ts";
import { type PerAxis, windowsOf } from "./spatial.ts";

export type LpPoolOptions = Omit<PoolOptions, "padding">;

function lpPoolNd(axes: 1 | 2, x: Tensor, p: number, kernelSize: PerAxis, options: LpPoolOptions): Tensor {
  const op = `lpPool${axes}d`;
  const along = poolAlong(op, axes, x, kernelSize, options);
  const windows = windowsOf(op, ...padded(x, along, 0)).flatten(-axes);
  return windows
    .pow(p)
    .sum(-1)
    .pow(1 / p);
}

/** (Σ xᵖ)^{1/p} of each window along the last axis of x […, L]. @throws where the kernel is larger than the input. */
export const lpPool1d = (x: Tensor, p: number, kernelSize: PerAxis, options: LpPoolOptions = {}): Tensor =>
  lpPoolNd(1, x, p, kernelSize, options);

/** `lpPool1d` of windows over the last two axes of x […, H, W]. @throws as `lpPool1d`. */
export const lpPool2d = (x: Tensor, p: number, kernelSize: PerAxis, options: LpPoolOptions = {}): Tensor =>
  lpPoolNd(2, x, p, kernelSize, options);
