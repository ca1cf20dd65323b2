import { ChainruleError } from "@chainrule/core";
import type { Optimizer } from "../optimizer.ts";
import { count, fraction, nonNegative, requireIn } from "../range.ts";
import { Scheduler, type SchedulerState } from "./scheduler.ts";

export interface PlateauOptions {
  /** Whether a good metric is a small or a great one. */
  readonly mode?: "min" | "max";
  readonly factor?: number;
  /** Epochs without improvement that are borne. */
  readonly patience?: number;
  /** By how much the best must be beaten: as a share of it (rel), or as it is (abs). */
  readonly threshold?: number;
  readonly thresholdMode?: "rel" | "abs";
  /** Epochs after a reduction in which nothing is counted. */
  readonly cooldown?: number;
  /** The least learning rate; a list has one for each group. */
  readonly minLr?: number | readonly number[];
  /** Reductions smaller than this are left out. */
  readonly eps?: number;
}

/**
 * lr ← max(lr·factor, minLr), factor 0.1, whenever the metric given to `step` has not improved for more than `patience`
 * (10) epochs. The schedule moves on with every such reduction.
 */
export class ReduceLROnPlateau extends Scheduler {
  /** The best metric so far. */
  best: number | null = null;
  /** Epochs without improvement. */
  numBadEpochs = 0;
  /** Epochs of the cooldown that are left. */
  cooldownCounter = 0;
  readonly #improves: (metric: number, best: number) => boolean;
  readonly #patience: number;
  readonly #cooldown: number;

  constructor(
    optimizer: Optimizer,
    {
      mode = "min",
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = "rel",
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    }: PlateauOptions = {},
  ) {
    const op = "ReduceLROnPlateau";
    const groups = optimizer.paramGroups.length;
    const least = typeof minLr === "number" ? new Array<number>(groups).fill(minLr) : minLr;
    requireIn(op, "factor", factor, fraction);
    requireIn(op, "patience", patience, count);
    requireIn(op, "cooldown", cooldown, count);
    requireIn(op, "threshold", threshold, nonNegative);
    requireIn(op, "eps", eps, nonNegative);
    requireIn(op, "minLr", least, new Array(groups).fill(nonNegative));
    if (!["min", "max"].includes(mode) || !["rel", "abs"].includes(thresholdMode))
      throw new ChainruleError("value", op, `mode ${mode} must be min or max, ${thresholdMode} rel or abs`);
    super(op, optimizer, (reductions, lr, group) => {
      let rate = lr;
      for (let i = 0; i < reductions; i++) {
        const next = Math.max(rate * factor, least[group] ?? 0);
        if (rate - next > eps) rate = next;
      }
      return rate;
    });
    const sign = mode === "min" ? -1 : 1;
    this.#improves = (metric, best) =>
      sign * metric >
      sign * (thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold);
    this.#patience = patience;
    this.#cooldown = cooldown;
  }

  /** Ends an epoch that had this metric, usually the loss on data that was held back. */
  step(metric: number): void {
    const improved = this.best === null || this.#improves(metric, this.best);
    if (improved) this.best = metric;
    const cooling = this.cooldownCounter > 0;
    if (cooling) this.cooldownCounter--;
    this.numBadEpochs = improved || cooling ? 0 : this.numBadEpochs + 1;
    if (this.numBadEpochs <= this.#patience) return;
    this.lastEpoch++;
    this.cooldownCounter = this.#cooldown;
    this.numBadEpochs = 0;
    this.apply();
  }

  override stateDict(): SchedulerState {
    const { lastEpoch, best, numBadEpochs, cooldownCounter } = this;
    return { lastEpoch, best, numBadEpochs, cooldownCounter };
  }
}
