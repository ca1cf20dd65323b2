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
 * x/√(mean x² + ε) over the last axes, whose sizes are `normalizedShape`, times weight. [Zhang & Sennrich 2019]
 * @throws where x does not end in that shape.
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

/** Root-mean-square normalisation with a trained weight. */
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
