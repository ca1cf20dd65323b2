import { customGradient, formatShape, type Shape, sameShape, type Tensor, where } from "@chainrule/core";
import { fail, type Options } from "@chainrule/core/internal";
import { safeScale } from "./safe-scale.ts";

/** Mean and variance. */
export interface Moments {
  /** The mean. */
  readonly mean: Tensor;
  /** The biased variance: divided by the number of elements, not by one less. */
  readonly variance: Tensor;
}

/** Options of normalisations. */
export interface NormOptions {
  /** γ, the factor of the standardised elements. Default: none. */
  readonly weight?: Tensor | undefined;
  /** β, added after the factor. Default: none. */
  readonly bias?: Tensor | undefined;
  /** ε, added to the variance. Default: 1e-5. */
  readonly eps?: number | undefined;
}

const keepdim = { keepdim: true } as const;

/**
 * x − mean over `dims`. Sums along the last axes are accumulated in double precision. Sums down columns are accumulated
 * in the tensor's own dtype, where a large offset leaves an error; subtracting the mean of the difference removes it.
 */
function centreAxes(x: Tensor, dims: readonly number[]): Tensor {
  const c = x.sub(x.mean(dims, keepdim));
  const areLast = dims.every((d, i) => d === x.ndim - dims.length + i);
  return areLast ? c : c.sub(c.mean(dims, keepdim));
}

export const normOptions = {
  weight: "tensor",
  bias: "tensor",
  eps: "number",
} as const satisfies Options;

/** Mean and biased variance over `dims`, which stay with size 1. */
export function momentsOfAxes(x: Tensor, dims: readonly number[]): Moments {
  const mean = x.mean(dims, keepdim);
  return {
    mean: mean.add(x.sub(mean).mean(dims, keepdim)),
    variance: centreAxes(x, dims).square().mean(dims, keepdim),
  };
}

/**
 * x̂ = c·r over `dims`, with c = x − mean, r = k/√(mean (k·c)² + k²·ε) and k = `safeScale`. With t for ẋ or ȳ both
 * derivatives are r·(t − mean t − c·r·r·mean(c·t)), but 0 where t is 0 throughout, even if x is infinite or NaN.
 */
export const standardiseAxes = (x: Tensor, dims: readonly number[], eps = 1e-5): Tensor =>
  customGradient((x: Tensor) => {
    const meanOf = (t: Tensor) => t.mean(dims, keepdim);
    const k = safeScale(x, dims, Math.sqrt(eps));
    const c = centreAxes(x, dims);
    const r = meanOf(c.mul(k).square())
      .add(k.mul(Math.sqrt(eps)).square())
      .rsqrt()
      .mul(k);
    const derivative = (t: Tensor) => {
      const rest = t.sub(meanOf(t)).sub(c.mul(r.mul(r.mul(meanOf(c.mul(t))))));
      return where(t.ne(0).any(dims, keepdim), r.mul(rest), 0);
    };
    return {
      value: c.mul(r),
      gradient: (ȳ) => [derivative(ȳ)],
      tangent: (ẋ) => derivative(ẋ as Tensor),
    };
  })(x);

/** x/√(mean x² + ε) over `dims`. */
export function rmsNormaliseAxes(x: Tensor, dims: readonly number[], eps: number): Tensor {
  const k = safeScale(x, dims, Math.sqrt(eps));
  const square = x.mul(k).square().mean(dims, keepdim);
  return x.mul(
    square
      .add(k.mul(Math.sqrt(eps)).square())
      .rsqrt()
      .mul(k),
  );
}

/** Throws unless the named tensors have the given shape. */
export function requireShape(
  op: string,
  shape: Shape,
  tensors: Readonly<Record<string, Tensor | undefined>>,
): void {
  for (const [name, t] of Object.entries(tensors))
    if (t && !sameShape(t.shape, shape))
      fail("shape", op, `${name} ${formatShape(t.shape)} must be ${formatShape(shape)}`);
}

/** A vector [C] reshaped to broadcast along axis 1 of x. */
export const perChannel = (x: Tensor, t: Tensor): Tensor =>
  t.reshape([1, -1, ...new Array<number>(x.ndim - 2).fill(1)]);

/** γ·x̂ + β, each if given. */
export function affine(x̂: Tensor, { weight, bias }: NormOptions): Tensor {
  const scaled = weight ? x̂.mul(weight) : x̂;
  return bias ? scaled.add(bias) : scaled;
}
