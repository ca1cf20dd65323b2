import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { cosine } from "./cosine.ts";
import { linear } from "./linear.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

export interface OneCycleOptions {
  /** Length of the cycle: this many steps, or `epochs` times `stepsPerEpoch`. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Share of the cycle in which the learning rate rises. */
  readonly pctStart?: number;
  readonly annealStrategy?: "cos" | "linear";
  /** Move the momentum (or β₁) against the learning rate. */
  readonly cycleMomentum?: boolean;
  readonly baseMomentum?: number;
  readonly maxMomentum?: number;
  /** maxLr over the first learning rate. */
  readonly divFactor?: number;
  /** The first learning rate over the last. */
  readonly finalDivFactor?: number;
  /** Fall back to the first learning rate as slowly as it rose, and only then to the last. */
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

/** From maxLr/divFactor up to maxLr and down to almost nothing, in one cycle. [Smith & Topin 2019] @throws after its end. */
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
