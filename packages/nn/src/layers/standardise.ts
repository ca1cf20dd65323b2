import type { Tensor } from "@chainrule/core";

export interface Moments {
  readonly mean: Tensor;
  /** Divided by the number of elements, not one less. */
  readonly variance: Tensor;
}

export interface NormOptions {
  /** γ, which the standardised elements are multiplied by. */
  readonly weight?: Tensor | undefined;
  /** β, which is added then. */
  readonly bias?: Tensor | undefined;
  /** Added to the variance. */
  readonly eps?: number | undefined;
}

/** Mean and variance over `dims`, which stay with size 1. */
export function momentsOver(x: Tensor, dims: readonly number[]): Moments {
  const mean = x.mean(dims, { keepdim: true });
  return { mean, variance: x.sub(mean).square().mean(dims, { keepdim: true }) };
}

/** One number per channel laid along axis 1 of x. */
export const perChannel = (x: Tensor, t: Tensor): Tensor =>
  t.reshape([1, -1, ...new Array<number>(x.ndim - 2).fill(1)]);

/** γ·x̂ + β, where there are γ and β. */
export function scaleAndShift(x̂: Tensor, { weight, bias }: NormOptions): Tensor {
  const scaled = weight ? x̂.mul(weight) : x̂;
  return bias ? scaled.add(bias) : scaled;
}

/** γ·(x − mean)/√(variance + ε) + β. */
export function standardise(x: Tensor, { mean, variance }: Moments, options: NormOptions): Tensor {
  const { eps = 1e-5 } = options;
  return scaleAndShift(x.sub(mean).mul(variance.add(eps).rsqrt()), options);
}
