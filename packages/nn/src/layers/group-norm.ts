import { formatShape, type Parameter, type Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import {
  affine,
  type NormOptions,
  normOptions,
  perChannel,
  requireShape,
  standardiseAxes,
} from "../functional/standardise.ts";
import { ones } from "../init.ts";
import { Layer } from "../module.ts";
import { type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";

/** x [N, C, …] standardised over each example's groups of channels, with γ and β for each channel. */
function standardiseGroups(
  op: string,
  x: Tensor,
  numGroups: number,
  { weight, bias, eps = 1e-5 }: NormOptions,
): Tensor {
  const [batch, channels, ...field] = x.shape as [number, number, ...number[]];
  requireInRange(op, ranges.positiveInteger, { numGroups });
  requireInRange(op, ranges.nonNegative, { eps });
  if (x.ndim < 2 || channels % numGroups !== 0)
    fail("shape", op, `${formatShape(x.shape)} must be [N, C, …] with C divisible into ${numGroups} groups`);
  requireShape(op, [channels], { weight, bias });
  const elements = field.reduce((n, d) => n * d, channels / numGroups);
  const x̂ = standardiseAxes(x.reshape([batch, numGroups, elements]), [2], eps).reshape(x.shape);
  return affine(x̂, { weight: weight && perChannel(x, weight), bias: bias && perChannel(x, bias) });
}

const groupNormArguments: Signature = { x: "tensor", numGroups: "number", options: normOptions };

/**
 * Group normalisation: standardises each example's groups of C/numGroups channels, then applies γ and β per channel.
 * [Wu & He 2018]
 *
 * One group is layer normalisation over all axes but the batch, C groups are instance normalisation.
 *
 * @param x [N, C, …]
 * @throws where C is not divisible by `numGroups`, or a group has a single value in the whole batch
 *
 * @example
 * console.log(groupNorm(tensor([[1, 3, 10, 30]]), 2, { eps: 0 }));
 * //=> tensor([[-1,  1, -1,  1]], shape [1, 4], float32)
 */
export function groupNorm(x: Tensor, numGroups: number, options: NormOptions = {}): Tensor {
  checkArguments("groupNorm", groupNormArguments, arguments);
  if (x.size > 0 && x.size === numGroups)
    fail(
      "shape",
      "groupNorm",
      `${formatShape(x.shape)} has a single value for each of ${numGroups} groups, which has no variance`,
    );
  return standardiseGroups("groupNorm", x, numGroups, options);
}

const instanceNormArguments: Signature = { x: "tensor", options: normOptions };

/**
 * Instance normalisation: `groupNorm` with one channel per group. [Ulyanov et al. 2016]
 *
 * @param x [N, C, …]
 * @throws where a channel of an example has a single value
 *
 * @example
 * console.log(instanceNorm(tensor([[[1, 3], [10, 30]]]), { eps: 0 }));
 * //=> tensor([[[-1,  1],
 * //=>          [-1,  1]]], shape [1, 2, 2], float32)
 */
export function instanceNorm(x: Tensor, options: NormOptions = {}): Tensor {
  checkArguments("instanceNorm", instanceNormArguments, arguments);
  if (x.ndim < 2 || x.shape.slice(2).reduce((n, d) => n * d, 1) === 1)
    fail(
      "shape",
      "instanceNorm",
      `${formatShape(x.shape)} must be [N, C, …] with more than one value for each channel of an example`,
    );
  return standardiseGroups("instanceNorm", x, x.shape[1]!, options);
}

const layerArguments: Signature = {
  numGroups: "number",
  numChannels: "number",
  options: { ...parameterOptions, eps: "number" },
};

/**
 * `groupNorm` with trained γ and β. Default eps: 1e-5.
 *
 * @throws where `numChannels` is not divisible by `numGroups`
 *
 * @example
 * console.log(new GroupNorm(2, 4).forward(tensor([[1, 3, 10, 30]])).detach());
 * //=> tensor([[-1,  1, -1,  1]], shape [1, 4], float32)
 */
export class GroupNorm extends Layer {
  static override readonly name: string = "GroupNorm";
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly eps: number;

  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    given: ParameterOptions & { readonly eps?: number } = {},
  ) {
    super();
    checkArguments("GroupNorm", layerArguments, arguments);
    const { eps = 1e-5, ...options } = given;
    requireInRange("GroupNorm", ranges.positiveInteger, { numGroups });
    requireInRange("GroupNorm", ranges.nonNegativeInteger, { numChannels });
    requireInRange("GroupNorm", ranges.nonNegative, { eps });
    if (numChannels % numGroups !== 0)
      fail("value", "GroupNorm", `${numChannels} channels do not divide into ${numGroups} groups`);
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
