import { customGradient, type Tensor, where } from "@chainrule/core";

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
export const momentsOver = (x: Tensor, dims: readonly number[]): Moments => ({
  mean: x.mean(dims, { keepdim: true }),
  variance: x.var(dims, { correction: 0, keepdim: true }),
});

/**
 * x̂ = c·r over `dims`, with c = x − mean and r = 1/√(variance + ε). With t for ẋ or ȳ both derivatives are
 * r·(t − mean t − c·r²·mean(c·t)); where t is 0 throughout they are, whatever x holds.
 */
export const standardisedOver = (x: Tensor, dims: readonly number[], eps = 1e-5): Tensor =>
  customGradient((x: Tensor) => {
    const { mean, variance } = momentsOver(x, dims);
    const [c, r] = [x.sub(mean), variance.add(eps).rsqrt()];
    const meanOf = (t: Tensor) => t.mean(dims, { keepdim: true });
    const derivative = (t: Tensor) => {
      const within = t.sub(meanOf(t)).sub(c.mul(r.square().mul(meanOf(c.mul(t)))));
      return where(t.ne(0).any(dims, { keepdim: true }), r.mul(within), 0);
    };
    return {
      value: c.mul(r),
      gradient: (ȳ) => [derivative(ȳ)],
      tangent: (ẋ) => derivative(ẋ as Tensor),
    };
  })(x);

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
