import { ChainruleError, type Parameter, type Tensor } from "@chainrule/core";
import { ones } from "../init.ts";
import { Layer } from "../module.ts";
import { type ParameterOptions, parameter } from "./linear.ts";

export interface NormOptions {
  readonly weight?: Tensor | undefined;
  readonly bias?: Tensor | undefined;
  /** Added to the variance. */
  readonly eps?: number;
}

/** γ·x̂ + β, where there are γ and β. */
export function scaleAndShift(x̂: Tensor, weight?: Tensor, bias?: Tensor): Tensor {
  const scaled = weight ? x̂.mul(weight) : x̂;
  return bias ? scaled.add(bias) : scaled;
}

/** (x − mean)/√(variance + ε) over the last axes, whose sizes are `normalizedShape`, times weight plus bias. [Ba et al. 2016] */
export function layerNorm(
  x: Tensor,
  normalizedShape: readonly number[],
  { weight, bias, eps = 1e-5 }: NormOptions = {},
): Tensor {
  const last = x.shape.slice(x.ndim - normalizedShape.length);
  if (
    normalizedShape.length === 0 ||
    normalizedShape.length > x.ndim ||
    last.join() !== normalizedShape.join()
  )
    throw new ChainruleError(
      "shape",
      "layerNorm",
      `[${x.shape.join(", ")}] does not end in the normalized shape [${normalizedShape.join(", ")}]`,
    );
  const dims = normalizedShape.map((_, i) => x.ndim - 1 - i);
  const centred = x.sub(x.mean(dims, { keepdim: true }));
  const variance = centred.square().mean(dims, { keepdim: true });
  return scaleAndShift(centred.mul(variance.add(eps).rsqrt()), weight, bias);
}

/** Layer normalisation with trained weight and bias. */
export class LayerNorm extends Layer {
  readonly normalizedShape: readonly number[];
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly eps: number;

  constructor(
    normalizedShape: number | readonly number[],
    {
      eps = 1e-5,
      elementwiseAffine = true,
      ...options
    }: ParameterOptions & { readonly eps?: number; readonly elementwiseAffine?: boolean } = {},
  ) {
    super();
    this.normalizedShape = [normalizedShape].flat();
    this.eps = eps;
    this.weight = elementwiseAffine ? ones(parameter(this.normalizedShape, options)) : null;
    this.bias = elementwiseAffine ? parameter(this.normalizedShape, options) : null;
  }

  forward(x: Tensor): Tensor {
    const { eps } = this;
    return layerNorm(x, this.normalizedShape, {
      eps,
      weight: this.weight ?? undefined,
      bias: this.bias ?? undefined,
    });
  }

  protected override extraRepr(): string {
    return `[${this.normalizedShape.join(", ")}], eps: ${this.eps}`;
  }
}
