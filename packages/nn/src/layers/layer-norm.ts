import { formatShape, type Parameter, sameShape, type Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import {
  affine,
  type NormOptions,
  normOptions,
  requireShape,
  standardiseAxes,
} from "../functional/standardise.ts";
import { ones } from "../init.ts";
import { Layer } from "../module.ts";
import { type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";

/** The last dims of x, whose sizes are `normalizedShape`. @throws where the shape of x does not end in them. */
export function lastDims(op: string, x: Tensor, normalizedShape: readonly number[]): number[] {
  const from = x.ndim - normalizedShape.length;
  if (normalizedShape.length === 0 || from < 0 || !sameShape(x.shape.slice(from), normalizedShape))
    fail(
      "shape",
      op,
      `${formatShape(x.shape)} does not end in the normalized shape ${formatShape(normalizedShape)}`,
    );
  return normalizedShape.map((_, i) => from + i);
}

const layerNormArguments: Signature = { x: "tensor", normalizedShape: "shape", options: normOptions };

/**
 * Layer normalisation γ·(x − mean)/√(variance + ε) + β over the last axes. [Ba et al. 2016]
 *
 * @param normalizedShape the sizes of these axes, and the shape of γ and β
 * @throws where x does not end in that shape
 *
 * @example
 * console.log(layerNorm(tensor([1, 3]), [2], { eps: 0 })); //=> tensor([-1,  1], shape [2], float32)
 */
export function layerNorm(x: Tensor, normalizedShape: readonly number[], options: NormOptions = {}): Tensor {
  checkArguments("layerNorm", layerNormArguments, arguments);
  const { eps = 1e-5, weight, bias } = options;
  requireInRange("layerNorm", ranges.nonNegative, { eps });
  const dims = lastDims("layerNorm", x, normalizedShape);
  requireShape("layerNorm", normalizedShape, { weight, bias });
  return affine(standardiseAxes(x, dims, eps), { weight, bias });
}

/** Options of `LayerNorm`. */
export interface LayerNormOptions extends ParameterOptions {
  /** ε, added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** Whether there are trained weights γ and β. Default: true. */
  readonly elementwiseAffine?: boolean;
}

const layerArguments: Signature = {
  normalizedShape: "size or sizes",
  options: { ...parameterOptions, eps: "number", elementwiseAffine: "boolean" },
};

/**
 * `layerNorm` with trained γ and β.
 *
 * @param normalizedShape the sizes of the last axes, or that of the last one
 *
 * @example
 * console.log(new LayerNorm(2).forward(tensor([[1, 3], [10, 30]])).detach());
 * //=> tensor([[-1,  1],
 * //=>         [-1,  1]], shape [2, 2], float32)
 */
export class LayerNorm extends Layer {
  static override readonly name: string = "LayerNorm";
  readonly normalizedShape: readonly number[];
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly eps: number;

  constructor(normalizedShape: number | readonly number[], given: LayerNormOptions = {}) {
    super();
    checkArguments("LayerNorm", layerArguments, arguments);
    const { eps = 1e-5, elementwiseAffine = true, ...options } = given;
    requireInRange("LayerNorm", ranges.nonNegative, { eps });
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
