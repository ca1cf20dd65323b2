import { ChainruleError, formatShape, type Parameter, type Tensor } from "@chainrule/core";
import { ones } from "../init.ts";
import { Layer } from "../module.ts";
import { type ParameterOptions, parameter } from "./parameter.ts";
import { type NormOptions, perChannel, scaleAndShift, standardisedOver } from "./standardise.ts";

/**
 * Standardises x [N, C, …] over each example's groups of C/numGroups channels, then scales and shifts each channel.
 * One group is layer normalisation without batch, C groups are instance normalisation. [Wu & He 2018]
 * @throws where the channels do not divide into groups.
 */
export function groupNorm(x: Tensor, numGroups: number, { weight, bias, eps }: NormOptions = {}): Tensor {
  const [batch, channels] = x.shape;
  if (batch === undefined || channels === undefined || channels % numGroups !== 0)
    throw new ChainruleError(
      "shape",
      "groupNorm",
      `${formatShape(x.shape)} must be [N, C, …] with C divisible into ${numGroups} groups`,
    );
  const grouped = x.reshape([batch, numGroups, x.size / (batch * numGroups)]);
  const x̂ = standardisedOver(grouped, [2], eps).reshape(x.shape);
  return scaleAndShift(x̂, { weight: weight && perChannel(x, weight), bias: bias && perChannel(x, bias) });
}

/** Group normalisation with as many groups as channels: each example's channels apart. [Ulyanov et al. 2016] */
export const instanceNorm = (x: Tensor, options: NormOptions = {}): Tensor =>
  groupNorm(x, x.shape[1] ?? 1, options);

/** Group normalisation with trained weight and bias. */
export class GroupNorm extends Layer {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly eps: number;

  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    { eps = 1e-5, ...options }: ParameterOptions & { readonly eps?: number } = {},
  ) {
    super();
    this.eps = eps;
    this.weight = ones(parameter([numChannels], options));
    this.bias = parameter([numChannels], options);
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  protected override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps: ${this.eps}`;
  }
}
