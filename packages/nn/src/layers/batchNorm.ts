import { Cell, ChainruleError, noGrad, type Parameter, type Tensor, zeros } from "@chainrule/core";
import { ones } from "../init.ts";
import { Layer } from "../module.ts";
import { type NormOptions, scaleAndShift } from "./layerNorm.ts";
import { type ParameterOptions, parameter } from "./linear.ts";

/** Statistics per channel. */
export interface Moments {
  readonly mean: Tensor;
  /** Divided by the number of elements, not one less. */
  readonly variance: Tensor;
}

const perChannel = (x: Tensor, t: Tensor): Tensor =>
  t.reshape([1, -1, ...new Array<number>(x.ndim - 2).fill(1)]);

const others = (x: Tensor): number[] => x.shape.map((_, i) => i).filter((i) => i !== 1);

/** Mean and variance of each channel (axis 1) over all other axes. */
export function momentsOf(x: Tensor): Moments {
  return { mean: x.mean(others(x)), variance: x.var(others(x), { correction: 0 }) };
}

/** (x − mean)/√(variance + ε) per channel, times weight plus bias. [Ioffe & Szegedy 2015] */
export function batchNorm(
  x: Tensor,
  { mean, variance }: Moments,
  { weight, bias, eps = 1e-5 }: NormOptions = {},
): Tensor {
  const x̂ = x.sub(perChannel(x, mean)).mul(perChannel(x, variance.add(eps).rsqrt()));
  return scaleAndShift(x̂, weight && perChannel(x, weight), bias && perChannel(x, bias));
}

/** old + momentum·(new − old), with the unbiased variance of a batch of so many elements per channel. */
export function runningMoments(old: Moments, batch: Moments, count: number, momentum: number): Moments {
  const follow = (from: Tensor, to: Tensor) => from.mul(1 - momentum).add(to.mul(momentum));
  const unbiased = batch.variance.mul(count / (count - 1));
  return { mean: follow(old.mean, batch.mean), variance: follow(old.variance, unbiased) };
}

export interface BatchNormOptions extends ParameterOptions {
  readonly eps?: number;
  /** How far the running statistics move towards those of each batch. */
  readonly momentum?: number;
  readonly affine?: boolean;
}

/** Batch normalisation of [N, C] or [N, C, L]: by the batch while training, by running statistics in `eval()`. */
export class BatchNorm1d extends Layer {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Cell;
  readonly runningVar: Cell;
  readonly eps: number;
  readonly momentum: number;

  constructor(
    readonly numFeatures: number,
    { eps = 1e-5, momentum = 0.1, affine = true, ...options }: BatchNormOptions = {},
  ) {
    super();
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? ones(parameter([numFeatures], options)) : null;
    this.bias = affine ? parameter([numFeatures], options) : null;
    const start = zeros([numFeatures], { dtype: options.dtype ?? "float32" });
    this.runningMean = new Cell(start);
    this.runningVar = new Cell(start.add(1));
  }

  /** How many axes an input may have. */
  protected get ranks(): readonly number[] {
    return [2, 3];
  }

  forward(x: Tensor): Tensor {
    if (!this.ranks.includes(x.ndim) || x.shape[1] !== this.numFeatures)
      throw new ChainruleError(
        "shape",
        this.constructor.name,
        `[${x.shape.join(", ")}] is not [N, ${this.numFeatures}, …] of ${this.ranks.join(" or ")} axes`,
      );
    const running = { mean: this.runningMean, variance: this.runningVar };
    const moments = this.training ? momentsOf(x) : running;
    if (this.training) this.#follow(running, moments, x.size / this.numFeatures);
    return batchNorm(x, moments, {
      eps: this.eps,
      weight: this.weight ?? undefined,
      bias: this.bias ?? undefined,
    });
  }

  #follow(running: Moments, batch: Moments, count: number): void {
    if (count < 2)
      throw new ChainruleError(
        "shape",
        this.constructor.name,
        "training needs more than one value per channel",
      );
    const next = noGrad(() =>
      runningMoments(
        running,
        { mean: batch.mean.detach(), variance: batch.variance.detach() },
        count,
        this.momentum,
      ),
    );
    this.runningMean.assign(next.mean);
    this.runningVar.assign(next.variance);
  }

  protected override extraRepr(): string {
    return `${this.numFeatures}, eps: ${this.eps}, momentum: ${this.momentum}`;
  }
}
