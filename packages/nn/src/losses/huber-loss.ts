import { elementwise, scalar } from "@chainrule/core";
import { type Options, ranges, requireInRange } from "@chainrule/core/internal";
import { differenceLoss } from "./difference-loss.ts";
import { lossModule } from "./loss-module.ts";
import { type LossOptions, lossOptions } from "./reduction.ts";

const { abs, le, maximum, minimum, mul, sub, where } = scalar;

/** ½e² where |e| ≤ δ, else δ(|e| − ½δ); its derivative is e clamped to ±δ. [Huber 1964] */
const row = elementwise("huberLoss", {
  f: (e, δ: scalar.Scalar = 1) => where(le(abs(e), δ), mul(0.5, mul(e, e)), mul(δ, sub(abs(e), mul(0.5, δ)))),
  d: (_L, e, δ: scalar.Scalar = 1) => [
    maximum(minimum(e, δ), mul(-1, δ)),
    where(le(abs(e), δ), 0, sub(abs(e), δ)),
  ],
  domain: [
    [-2, 2],
    [0.8, 1.2],
  ],
});

/** Options of `huberLoss`. */
export interface HuberOptions extends LossOptions {
  /** δ, the error at which the loss becomes linear. Default: 1. */
  readonly delta?: number;
}

const huberOptions = { ...lossOptions, delta: "number" } as const satisfies Options;

/**
 * ½e² for errors |e| ≤ δ, else δ(|e| − ½δ), with e = x − t. [Huber 1964]
 *
 * @throws where shapes do not fit, or delta is not positive
 *
 * @example
 * console.log(huberLoss(tensor([0.5, 3]), tensor([0, 0]), { reduction: "none" }));
 * //=> tensor([0.125, 2.500], shape [2], float32)
 */
export const huberLoss = differenceLoss<HuberOptions>("huberLoss", huberOptions, (error, { delta = 1 }) => {
  requireInRange("huberLoss", ranges.positiveOrInfinity, { delta });
  return row(error, delta);
});

/** Options of `smoothL1Loss`. */
export interface SmoothL1Options extends LossOptions {
  /** β, the error at which the loss becomes linear; 0 gives the absolute error. Default: 1. */
  readonly beta?: number;
}

const smoothL1Options = { ...lossOptions, beta: "number" } as const satisfies Options;

/**
 * `huberLoss` divided by β: ½e²/β for errors |e| ≤ β, else |e| − ½β, with e = x − t. [Girshick 2015]
 *
 * @throws where shapes do not fit, or beta is negative
 *
 * @example
 * console.log(smoothL1Loss(tensor([0.5, 3]), tensor([0, 0]), { beta: 2, reduction: "none" }));
 * //=> tensor([0.0625, 2.0000], shape [2], float32)
 */
export const smoothL1Loss = differenceLoss<SmoothL1Options>(
  "smoothL1Loss",
  smoothL1Options,
  (error, { beta = 1 }) => {
    requireInRange("smoothL1Loss", ranges.nonNegative, { beta });
    return beta === 0 ? error.abs() : row(error, beta).div(beta);
  },
);

/**
 * `smoothL1Loss` as a module.
 *
 * @example
 * console.log(new SmoothL1Loss().forward(tensor([3]), tensor([0]))); //=> tensor(2.5, shape [], float32)
 */
export class SmoothL1Loss extends lossModule(smoothL1Loss, smoothL1Options) {
  static override readonly name: string = "SmoothL1Loss";
}

/**
 * `huberLoss` as a module.
 *
 * @example
 * console.log(new HuberLoss({ delta: 2 }).forward(tensor([3]), tensor([0]))); //=> tensor(4, shape [], float32)
 */
export class HuberLoss extends lossModule(huberLoss, huberOptions) {
  static override readonly name: string = "HuberLoss";
}
