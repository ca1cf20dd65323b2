import { elementwise, scalar } from "@chainrule/core";
import { type Options, ranges, requireInRange } from "@chainrule/core/internal";
import { differenceLoss } from "./difference-loss.ts";
import { lossModule } from "./loss-module.ts";
import { type LossOptions, lossOptions } from "./reduction.ts";

const { abs, le, maximum, minimum, mul, sub, where } = scalar;

/** ½e² where |e| ≤ δ, else δ(|e| − ½δ); its derivative is e held within ±δ. [Huber 1964] */
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

export interface HuberOptions extends LossOptions {
  /** Where the square gives way to the line. */
  readonly delta?: number;
}

const huberOptions = { ...lossOptions, delta: "number" } as const satisfies Options;

/** Squared for errors up to `delta`, linear beyond: ½e² or δ(|e| − ½δ). @throws where shapes do not fit, or delta is not positive. */
export const huberLoss = differenceLoss<HuberOptions>("huberLoss", huberOptions, (error, { delta = 1 }) => {
  requireInRange("huberLoss", ranges.positiveOrInfinity, { delta });
  return row(error, delta);
});

export interface SmoothL1Options extends LossOptions {
  /** Where the square gives way to the line; 0 is the absolute error. */
  readonly beta?: number;
}

const smoothL1Options = { ...lossOptions, beta: "number" } as const satisfies Options;

/** huberLoss / beta: ½e²/β for errors up to `beta`, |e| − ½β beyond. @throws where shapes do not fit, or beta is negative. */
export const smoothL1Loss = differenceLoss<SmoothL1Options>(
  "smoothL1Loss",
  smoothL1Options,
  (error, { beta = 1 }) => {
    requireInRange("smoothL1Loss", ranges.nonNegative, { beta });
    return beta === 0 ? error.abs() : row(error, beta).div(beta);
  },
);

/** `smoothL1Loss` as a module. */
export class SmoothL1Loss extends lossModule(smoothL1Loss, smoothL1Options) {
  static override readonly name: string = "SmoothL1Loss";
}

/** `huberLoss` as a module. */
export class HuberLoss extends lossModule(huberLoss, huberOptions) {
  static override readonly name: string = "HuberLoss";
}
