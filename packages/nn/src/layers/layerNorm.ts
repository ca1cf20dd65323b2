import { ChainruleError, formatShape, type Parameter, sameShape, type Tensor } from "@chainrule/core";
import { ones } from "../init.ts";
import { Layer } from "../module.ts";
import { nonNegative, requireIn } from "../range.ts";
import { type ParameterOptions, parameter } from "./parameter.ts";
import { type NormOptions, requireShape, scaleAndShift, standardisedOver } from "./standardise.ts";

/** The last dims of x, whose sizes are `normalizedShape`. @throws where x does not end in them. */
export function lastDims(op: string, x: Tensor, normalizedShape: readonly number[]): number[] {
  const from = x.ndim - normalizedShape.length;
  if (normalizedShape.length === 0 || from < 0 || !sameShape(x.shape.slice(from), normalizedShape))
    throw new ChainruleError(
      "shape",
      op,
      `${formatShape(x.shape)} does not end in the normalized shape ${formatShape(normalizedShape)}`,
    );
  return normalizedShape.map((_, i) => from + i);
}

/**
 * (x − mean)/√(variance + ε) over the last axes, whose sizes are `normalizedShape`, times weight plus bias.
 * [Ba et al. 2016] @throws where x does not end in that shape.
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: readonly number[],
  { eps = 1e-5, ...affine }: NormOptions = {},
): Tensor {
  requireIn("layerNorm", nonNegative, { eps });
  const dims = lastDims("layerNorm", x, normalizedShape);
  requireShape("layerNorm", normalizedShape, { weight: affine.weight, bias: affine.bias });
  return scaleAndShift(standardisedOver(x, dims, eps), affine);
}

export interface LayerNormOptions extends ParameterOptions {
  readonly eps?: number;
  readonly elementwiseAffine?: boolean;
}

/** Layer normalisation with trained weight and bias. */
export class LayerNorm extends Layer {
  static override readonly name: string = "LayerNorm";
  readonly normalizedShape: readonly number[];
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly eps: number;

  constructor(
    normalizedShape: number | readonly number[],
    { eps = 1e-5, elementwiseAffine = true, ...options }: LayerNormOptions = {},
  ) {
    super();
    requireIn("LayerNorm", nonNegative, { eps });
    this.normalizedShape = [normalizedShape].flat();
    this.eps = eps;
    this.weight = elementwiseAffine ? ones(parameter(this.normalizedShape, options)) : null;
    this.bias = elementwiseAffine ? parameter(this.normalizedShape, options) : null;
  }

  forward(x: Tensor): Tensor {
    const { eps, weight, bias } = this;
    return layerNorm(x, this.normalizedShape, { eps, weight: weight ?? undefined, bias: bias ?? undefined });
  }

  protected override extraRepr(): string {
    return `${formatShape(this.normalizedShape)}, eps: ${this.eps}`;
  }
}
