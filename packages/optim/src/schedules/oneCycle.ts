import { ChainruleError } from "@chainrule/core";
import type { Optimizer } from "../optimizer.ts";
import { decay, fraction, natural, positive, requireIn } from "../range.ts";
import { cosine } from "./cosine.ts";
import { LRScheduler } from "./scheduler.ts";

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

const linear = (t: number, T: number, from: number, to: number): number => from + ((to - from) * t) / T;

/** From maxLr/divFactor up to maxLr and down to almost nothing, in one cycle. [Smith & Topin 2019] @throws after its end. */
export class OneCycleLR extends LRScheduler {
  readonly #totalSteps: number;

  constructor(
    optimizer: Optimizer,
    maxLr: number,
    {
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
    }: OneCycleOptions = {},
  ) {
    const op = "OneCycleLR";
    requireIn(op, "maxLr", maxLr, positive);
    requireIn(op, "totalSteps (or epochs · stepsPerEpoch)", totalSteps, natural);
    requireIn(op, "pctStart", pctStart, fraction);
    requireIn(op, "baseMomentum", baseMomentum, decay);
    requireIn(op, "maxMomentum", maxMomentum, decay);
    requireIn(op, "divFactor", divFactor, positive);
    requireIn(op, "finalDivFactor", finalDivFactor, positive);
    if (!["cos", "linear"].includes(annealStrategy))
      throw new ChainruleError("value", op, `annealStrategy ${annealStrategy} must be cos or linear`);
    const [first, last] = [maxLr / divFactor, maxLr / divFactor / finalDivFactor];
    const [peak, end] = [pctStart * totalSteps - 1, totalSteps - 1];
    const [low, high] = [baseMomentum, maxMomentum];
    /** Phases that end at a step, with the learning rate and the momentum at their ends. */
    const knots = threePhase
      ? [
          { at: peak, lr: maxLr, momentum: low },
          { at: 2 * pctStart * totalSteps - 2, lr: first, momentum: high },
          { at: end, lr: last, momentum: high },
        ]
      : [
          { at: peak, lr: maxLr, momentum: low },
          { at: end, lr: last, momentum: high },
        ];
    const curve = (key: "lr" | "momentum") => (step: number) => {
      const i = knots.findIndex(({ at }) => step <= at);
      const to = knots[i] ?? knots[knots.length - 1]!;
      const from = knots[i - 1] ?? { at: 0, lr: first, momentum: high };
      return anneal(step - from.at, to.at - from.at, from[key], to[key]);
    };
    const anneal = annealStrategy === "cos" ? cosine : linear;
    super(op, optimizer, curve("lr"), { momentum: cycleMomentum ? curve("momentum") : undefined });
    this.#totalSteps = totalSteps;
  }

  override step(): void {
    if (this.lastEpoch >= this.#totalSteps)
      throw new ChainruleError(
        "value",
        this.name,
        `its ${this.#totalSteps} steps are over. Did you mean a greater totalSteps?`,
      );
    super.step();
  }
}
