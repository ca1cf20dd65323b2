import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { cosine } from "./cosine.ts";
import { linear } from "./linear.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** Options of `OneCycleLR`. */
export interface OneCycleOptions {
  /** The number of steps in the cycle. Default: `epochs` · `stepsPerEpoch`. */
  readonly totalSteps?: number;
  /** The number of epochs, where `totalSteps` is not given. */
  readonly epochs?: number;
  /** The number of steps per epoch, where `totalSteps` is not given. */
  readonly stepsPerEpoch?: number;
  /** The part of the cycle in which the learning rate rises, in [0, 1]. Default: 0.3. */
  readonly pctStart?: number;
  /** The curve between the ends of a phase. Default: "cos". */
  readonly annealStrategy?: "cos" | "linear";
  /** Whether the momentum (or β₁) cycles inversely to the learning rate. Default: true. */
  readonly cycleMomentum?: boolean;
  /** The momentum at the maximum learning rate, in [0, 1). Default: 0.85. */
  readonly baseMomentum?: number;
  /** The momentum at both ends, in [0, 1). Default: 0.95. */
  readonly maxMomentum?: number;
  /** maxLr divided by the initial learning rate. Default: 25. */
  readonly divFactor?: number;
  /** The initial learning rate divided by the final one. Default: 1e4. */
  readonly finalDivFactor?: number;
  /**
   * Whether the learning rate falls to the initial one as fast as it rose, and then to the final one. Default: false.
   */
  readonly threePhase?: boolean;
}

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  maxLr: "number",
  options: {
    totalSteps: "number",
    epochs: "number",
    stepsPerEpoch: "number",
    pctStart: "number",
    annealStrategy: "string",
    cycleMomentum: "boolean",
    baseMomentum: "number",
    maxMomentum: "number",
    divFactor: "number",
    finalDivFactor: "number",
    threePhase: "boolean",
  },
};

/**
 * One cycle: from maxLr/divFactor up to `maxLr`, then down to maxLr/divFactor/finalDivFactor. [Smith & Topin 2019]
 *
 * @param maxLr the maximum learning rate
 * @throws where an option is out of range, the optimizer has no momentum to cycle, or the cycle is over
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))]);
 * const options = { totalSteps: 5, pctStart: 0.4, divFactor: 4, cycleMomentum: false } as const;
 * const scheduler = new OneCycleLR(optimizer, 1, { ...options, annealStrategy: "linear" });
 * scheduler.step();
 * console.log(scheduler.getLastLr()); //=> [ 1 ]
 */
export class OneCycleLR extends LRScheduler {
  constructor(optimizer: Optimizer, maxLr: number, options: OneCycleOptions = {}) {
    checkArguments("OneCycleLR", schedulerArguments, arguments);
    const {
      epochs,
      stepsPerEpoch,
      totalSteps = (epochs ?? Number.NaN) * (stepsPerEpoch ?? Number.NaN),
      pctStart = 0.3,
      annealStrategy = "cos",
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
    } = options;
    const op = "OneCycleLR";
    requireInRange(op, ranges.positive, { maxLr });
    requireInRange(op, ranges.positiveInteger, { "totalSteps (or epochs · stepsPerEpoch)": totalSteps });
    requireInRange(op, ranges.unitInterval, { pctStart });
    requireInRange(op, ranges.halfOpenUnit, { baseMomentum, maxMomentum });
    requireInRange(op, ranges.positive, { divFactor, finalDivFactor });
    if (!["cos", "linear"].includes(annealStrategy))
      fail("value", op, `annealStrategy ${annealStrategy} must be cos or linear`);
    const [first, rise] = [maxLr / divFactor, pctStart * totalSteps];
    /** The steps at which phases begin and end, with the learning rate and the momentum there. */
    const start = { at: 0, lr: first, momentum: maxMomentum };
    const peak = { at: rise - 1, lr: maxLr, momentum: baseMomentum };
    const end = { at: totalSteps - 1, lr: first / finalDivFactor, momentum: maxMomentum };
    const knots = threePhase ? [peak, { ...start, at: 2 * rise - 2 }, end] : [peak, end];
    const curve = (key: "lr" | "momentum") => (step: number) => {
      if (step > totalSteps)
        fail("value", op, `its ${totalSteps} steps are over. Did you mean a greater totalSteps?`);
      const i = knots.findIndex(({ at }) => step <= at);
      const [from, to] = [knots[i - 1] ?? start, knots[i] ?? end];
      return step < to.at ? anneal(step - from.at, to.at - from.at, from[key], to[key]) : to[key];
    };
    const anneal = annealStrategy === "cos" ? cosine : linear;
    super(op, optimizer, curve("lr"), { momentum: cycleMomentum ? curve("momentum") : undefined });
  }
}
