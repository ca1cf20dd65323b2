import { Cell, formatShape, noGrad, type Parameter, type Tensor, where, zeros } from "@chainrule/core";
import {
  checkArguments,
  fail,
  type Kind,
  kinds,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import {
  affine,
  type Moments,
  momentsOfAxes,
  type NormOptions,
  normOptions,
  perChannel,
  requireShape,
  standardiseAxes,
} from "../functional/standardise.ts";
import { ones } from "../init.ts";
import { Layer, layerInput } from "../module.ts";
import { type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";

/** The number of elements of each channel. */
const countOf = (x: Tensor): number => x.size / x.shape[1]!;

/** All axes but that of the channels. @throws where a channel has fewer than two values, and so no variance. */
function batchDims(op: string, x: Tensor): number[] {
  if (x.ndim < 2 || !(countOf(x) >= 2))
    fail(
      "shape",
      op,
      `training needs [N, C, …] with more than one value per channel, not ${formatShape(x.shape)}`,
    );
  return x.shape.map((_, i) => i).filter((i) => i !== 1);
}

const momentsOfArguments: Signature = { x: "tensor" };

/**
 * Mean and biased variance of each channel over all other axes.
 *
 * @param x [N, C, …]
 * @returns mean and variance, each [C]
 * @throws where a channel has a single value, which has no variance
 *
 * @example
 * const { mean, variance } = momentsOf(tensor([[1, 10], [3, 30]]));
 * console.log(mean); //=> tensor([ 2, 20], shape [2], float32)
 * console.log(variance); //=> tensor([  1, 100], shape [2], float32)
 */
export function momentsOf(x: Tensor): Moments {
  checkArguments("momentsOf", momentsOfArguments, arguments);
  const { mean, variance } = momentsOfAxes(x, batchDims("batchNorm", x));
  return { mean: mean.reshape([-1]), variance: variance.reshape([-1]) };
}

const momentsKind: Kind = {
  holds: (x) => x === null || [(x as Moments).mean, (x as Moments).variance].every(kinds.tensor.holds),
  message: "{ mean, variance } of tensors, or null for those of the batch",
};
const batchNormArguments: Signature = { x: "tensor", moments: momentsKind, options: normOptions };

/**
 * Batch normalisation γ·(x − mean)/√(variance + ε) + β of each channel. [Ioffe & Szegedy 2015]
 *
 * The batch's own moments are computed so that values of every magnitude are standardised, also where the variance
 * would overflow.
 *
 * @param x [N, C, …]
 * @param moments mean and variance [C]; null for those of the batch
 * @throws where shapes do not fit
 *
 * @example
 * console.log(batchNorm(tensor([[1, 10], [3, 30]]), null, { eps: 0 }));
 * //=> tensor([[-1, -1],
 * //=>         [ 1,  1]], shape [2, 2], float32)
 */
export function batchNorm(x: Tensor, moments: Moments | null, options: NormOptions = {}): Tensor {
  checkArguments("batchNorm", batchNormArguments, arguments);
  const { weight, bias, eps = 1e-5 } = options;
  requireInRange("batchNorm", ranges.nonNegative, { eps });
  if (x.ndim < 2) fail("shape", "batchNorm", `${formatShape(x.shape)} must be [N, C, …]`);
  requireShape("batchNorm", [x.shape[1]!], { ...moments, weight, bias });
  const x̂ = moments
    ? x.sub(perChannel(x, moments.mean)).mul(perChannel(x, inverseStd(moments.variance, eps)))
    : standardiseAxes(x, batchDims("batchNorm", x), eps);
  return affine(x̂, { weight: weight && perChannel(x, weight), bias: bias && perChannel(x, bias) });
}

/** 1/√(v + ε), but NaN instead of 0 where the variance has overflowed. */
const inverseStd = (variance: Tensor, eps: number): Tensor =>
  where(variance.isInf(), Number.NaN, variance.add(eps).rsqrt());

/**
 * Exponential moving average old + momentum·(batch − old) of mean and variance.
 *
 * @param batch the moments of x, whose variance is corrected to the unbiased one
 * @param momentum default 0.1
 *
 * @example
 * const x = tensor([[1], [3]]);
 * const old = { mean: zeros([1]), variance: ones([1]) };
 * console.log(runningMoments(old, momentsOf(x), x, 0.5).mean); //=> tensor([1], shape [1], float32)
 */
export function runningMoments(old: Moments, batch: Moments, x: Tensor, momentum = 0.1): Moments {
  const follow = (from: Tensor, to: Tensor) => from.mul(1 - momentum).add(to.mul(momentum));
  const unbiased = batch.variance.mul(countOf(x) / (countOf(x) - 1));
  return { mean: follow(old.mean, batch.mean), variance: follow(old.variance, unbiased) };
}

/** Options of `BatchNorm1d` and `BatchNorm2d`. */
export interface BatchNormOptions extends ParameterOptions {
  /** ε, added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** The weight of each batch in the running statistics. Default: 0.1. */
  readonly momentum?: number;
  /** Whether there are trained weights γ and β. Default: true. */
  readonly affine?: boolean;
}

const layerArguments: Signature = {
  numFeatures: "number",
  options: { ...parameterOptions, eps: "number", momentum: "number", affine: "boolean" },
};

/**
 * Batch normalisation of [N, C] or [N, C, L]: with the batch's statistics while training, with running statistics in
 * `eval()`.
 *
 * @example
 * const layer = new BatchNorm1d(1);
 * console.log(layer.forward(tensor([[1], [3]])).detach());
 * //=> tensor([[-1],
 * //=>         [ 1]], shape [2, 1], float32)
 * console.log(layer.runningMean.detach()); //=> tensor([0.2], shape [1], float32)
 */
export class BatchNorm1d extends Layer {
  static override readonly name: string = "BatchNorm1d";
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Cell;
  readonly runningVar: Cell;
  readonly eps: number;
  readonly momentum: number;

  constructor(
    readonly numFeatures: number,
    given: BatchNormOptions = {},
  ) {
    super();
    checkArguments(new.target.name, layerArguments, arguments);
    const { eps = 1e-5, momentum = 0.1, affine = true, ...options } = given;
    requireInRange("BatchNorm", ranges.nonNegativeInteger, { numFeatures });
    requireInRange("BatchNorm", ranges.nonNegative, { eps });
    requireInRange("BatchNorm", ranges.unitInterval, { momentum });
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? ones(parameter([numFeatures], options)) : null;
    this.bias = affine ? parameter([numFeatures], options) : null;
    const start = zeros([numFeatures], options.dtype ? { dtype: options.dtype } : {});
    this.runningMean = new Cell(start);
    this.runningVar = new Cell(start.add(1));
  }

  /** The numbers of axes that an input may have. */
  protected get ranks(): readonly number[] {
    return [2, 3];
  }

  forward(x: Tensor): Tensor {
    checkArguments(this.constructor.name, layerInput, arguments);
    if (!this.ranks.includes(x.ndim) || x.shape[1] !== this.numFeatures)
      fail(
        "shape",
        this.constructor.name,
        `${formatShape(x.shape)} is not [N, ${this.numFeatures}, …] of ${this.ranks.join(" or ")} axes`,
      );
    const { eps, weight, bias } = this;
    const running = { mean: this.runningMean, variance: this.runningVar };
    if (this.training) {
      const next = noGrad(() => runningMoments(running, momentsOf(x), x, this.momentum));
      this.runningMean.assign(next.mean);
      this.runningVar.assign(next.variance);
    }
    return batchNorm(x, this.training ? null : running, {
      eps,
      weight: weight ?? undefined,
      bias: bias ?? undefined,
    });
  }

  protected override extraRepr(): string {
    return `${this.numFeatures}, eps: ${this.eps}, momentum: ${this.momentum}`;
  }
}

/**
 * Batch normalisation of images [N, C, H, W]: with the batch's statistics while training, with running statistics in
 * `eval()`.
 *
 * @example
 * console.log(new BatchNorm2d(1).forward(arange(4).reshape([1, 1, 2, 2])).detach().flatten());
 * //=> tensor([-1.3416, -0.4472,  0.4472,  1.3416], shape [4], float32)
 */
export class BatchNorm2d extends BatchNorm1d {
  static override readonly name: string = "BatchNorm2d";
  protected override get ranks(): readonly number[] {
    return [4];
  }
}
