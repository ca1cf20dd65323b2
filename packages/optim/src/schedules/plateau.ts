import {
  checkArguments,
  checkMethods,
  fail,
  type Kind,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { optimizerKind, Scheduler, type SchedulerState } from "./scheduler.ts";

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

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  options: {
    mode: "string",
    factor: "number",
    patience: "number",
    threshold: "number",
    thresholdMode: "string",
    cooldown: "number",
    minLr: "any",
    eps: "number",
  },
};

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
  readonly #improves: (metric: number) => boolean;
  readonly #patience: number;
  readonly #cooldown: number;

  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    checkArguments("ReduceLROnPlateau", schedulerArguments, arguments);
    const {
      mode = "min",
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = "rel",
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    } = options;
    const op = "ReduceLROnPlateau";
    const groups = optimizer.paramGroups.length;
    const least = typeof minLr === "number" ? new Array<number>(groups).fill(minLr) : minLr;
    requireInRange(op, ranges.halfOpenUnit, { factor });
    requireInRange(op, ranges.nonNegativeInteger, { patience, cooldown });
    requireInRange(op, ranges.nonNegative, { threshold, eps });
    requireInRange(op, new Array(groups).fill(ranges.nonNegative), { minLr: least });
    if (!["min", "max"].includes(mode) || !["rel", "abs"].includes(thresholdMode))
      fail("value", op, `mode ${mode} must be min or max, ${thresholdMode} rel or abs`);
    super(op, optimizer, (reductions, lr, group) => {
      let rate = lr;
      for (let i = 0; i < reductions; i++) {
        const next = Math.max(rate * factor, least[group] ?? 0);
        if (rate - next > eps) rate = next;
      }
      return rate;
    });
    const sign = mode === "min" ? -1 : 1;
    this.#improves = (metric) => {
      // Before the first metric, everything but NaN and the worst there is counts as better.
      if (this.best === null) return sign * metric > Number.NEGATIVE_INFINITY;
      const margin = sign * threshold;
      return sign * metric > sign * (thresholdMode === "rel" ? this.best * (1 + margin) : this.best + margin);
    };
    this.#patience = patience;
    this.#cooldown = cooldown;
  }

  /**
   * Ends an epoch that had this metric, usually the loss on data that was held back. NaN is no improvement.
   * @throws where the metric is no number.
   */
  step(metric: number): void {
    if (typeof metric !== "number")
      fail(
        "value",
        this.name,
        `step takes the metric of the epoch, a number, got ${String(metric)}. Did you mean step(loss.item())?`,
      );
    this.perCall(() => {
      const after = this.#after(metric);
      if (after.lastEpoch === this.lastEpoch) Object.assign(this, after);
      else this.setState(after);
    });
  }

  /** The state after an epoch that had this metric. */
  #after(metric: number): SchedulerState {
    const improved = this.#improves(metric);
    const best = improved ? metric : this.best;
    const cooling = this.cooldownCounter > 0;
    const cooldownCounter = this.cooldownCounter - Number(cooling);
    const numBadEpochs = improved || cooling ? 0 : this.numBadEpochs + 1;
    const { lastEpoch } = this;
    if (numBadEpochs <= this.#patience) return { lastEpoch, best, numBadEpochs, cooldownCounter };
    return { lastEpoch: lastEpoch + 1, best, numBadEpochs: 0, cooldownCounter: this.#cooldown };
  }

  protected override accepts(name: string, value: unknown): boolean {
    if (name !== "best") return super.accepts(name, value);
    return value === null || (typeof value === "number" && !Number.isNaN(value));
  }

  override stateDict(): SchedulerState {
    const { lastEpoch, best, numBadEpochs, cooldownCounter } = this;
    return { lastEpoch, best, numBadEpochs, cooldownCounter };
  }
}

const metricKind: Kind = { holds: (x) => typeof x === "number", message: "a number", fix: "loss.item()" };

checkMethods(ReduceLROnPlateau.prototype, { step: { metric: metricKind } });
