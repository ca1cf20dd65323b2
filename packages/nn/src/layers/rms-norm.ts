import { formatShape, type Parameter, type Tensor } from "@chainrule/core";
import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { affine, type NormOptions, requireShape, rmsNormaliseAxes } from "../functional/standardise.ts";
import { ones } from "../init.ts";
import { Layer } from "../module.ts";
import { type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";
import { lastDims } from "./layer-norm.ts";

const rmsNormArguments: Signature = {
  x: "tensor",
  normalizedShape: "shape",
  options: { weight: "tensor", eps: "number" },
};

/**
 * Root-mean-square normalisation γ·x/√(mean x² + ε) over the last axes. [Zhang & Sennrich 2019]
 *
 * @param normalizedShape the sizes of these axes, and the shape of γ
 * @throws where x does not end in that shape
 *
 * @example
 * console.log(rmsNorm(tensor([3, 4]), [2], { eps: 0 })); //=> tensor([0.8485, 1.1314], shape [2], float32)
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: readonly number[],
  options: Omit<NormOptions, "bias"> = {},
): Tensor {
  checkArguments("rmsNorm", rmsNormArguments, arguments);
  const { weight, eps = 1e-5 } = options;
  requireInRange("rmsNorm", ranges.nonNegative, { eps });
  requireShape("rmsNorm", normalizedShape, { weight });
  return affine(rmsNormaliseAxes(x, lastDims("rmsNorm", x, normalizedShape), eps), { weight });
}

const layerArguments: Signature = {
  normalizedShape: "size or sizes",
  options: { ...parameterOptions, eps: "number" },
};

/**
 * `rmsNorm` with a trained γ. Default eps: 1e-5.
 *
 * @param normalizedShape the sizes of the last axes, or that of the last one
 *
 * @example
 * console.log(new RMSNorm(2).forward(tensor([3, 4])).detach()); //=> tensor([0.8485, 1.1314], shape [2], float32)
 */
export class RMSNorm extends Layer {
  static override readonly name: string = "RMSNorm";
  readonly normalizedShape: readonly number[];
  readonly weight: Parameter;
  readonly eps: number;

  constructor(
    normalizedShape: number | readonly number[],
    given: ParameterOptions & { readonly eps?: number } = {},
  ) {
    super();
    checkArguments("RMSNorm", layerArguments, arguments);
    const { eps = 1e-5, ...options } = given;
    requireInRange("RMSNorm", ranges.nonNegative, { eps });
    this.normalizedShape = [normalizedShape].flat();
    this.eps = eps;
    this.weight = ones(parameter(this.normalizedShape, options));
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  protected override extraRepr(): string {
    return `${formatShape(this.normalizedShape)}, eps: ${this.eps}`;
  }
}
