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

/** Options of `ReduceLROnPlateau`. */
export interface PlateauOptions {
  /** Whether a smaller ("min") or a larger ("max") metric is better. Default: "min". */
  readonly mode?: "min" | "max";
  /** The factor of a reduction, in [0, 1). Default: 0.1. */
  readonly factor?: number;
  /** The number of epochs without improvement before a reduction. Default: 10. */
  readonly patience?: number;
  /** The amount by which the best metric must be improved, relative to it or absolute. Default: 1e-4. */
  readonly threshold?: number;
  /** Whether `threshold` is relative or absolute. Default: "rel". */
  readonly thresholdMode?: "rel" | "abs";
  /** The number of epochs after a reduction in which bad epochs are not counted. Default: 0. */
  readonly cooldown?: number;
  /** The minimum learning rate, or a list with one for each group. Default: 0. */
  readonly minLr?: number | readonly number[];
  /** Reductions by at most this much are skipped. Default: 1e-8. */
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
 * lr ← max(lr·factor, minLr) whenever the metric has not improved for more than `patience` epochs.
 *
 * @throws where an option is out of range
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new ReduceLROnPlateau(optimizer, { patience: 1 });
 * for (const loss of [5, 4, 4, 4]) scheduler.step(loss);
 * console.log(scheduler.getLastLr()); //=> [ 0.1 ]
 */
export class ReduceLROnPlateau extends Scheduler {
  /** The best metric so far. */
  best: number | null = null;
  /** The number of epochs since the last improvement. */
  numBadEpochs = 0;
  /** The number of epochs left in the cooldown. */
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
    const minima = typeof minLr === "number" ? new Array<number>(groups).fill(minLr) : minLr;
    requireInRange(op, ranges.halfOpenUnit, { factor });
    requireInRange(op, ranges.nonNegativeInteger, { patience, cooldown });
    requireInRange(op, ranges.nonNegative, { threshold, eps });
    requireInRange(op, new Array(groups).fill(ranges.nonNegative), { minLr: minima });
    if (!["min", "max"].includes(mode) || !["rel", "abs"].includes(thresholdMode))
      fail("value", op, `mode ${mode} must be min or max, ${thresholdMode} rel or abs`);
    super(op, optimizer, (reductions, lr, group) => {
      let rate = lr;
      for (let i = 0; i < reductions; i++) {
        const next = Math.max(rate * factor, minima[group] ?? 0);
        if (rate - next > eps) rate = next;
      }
      return rate;
    });
    const sign = mode === "min" ? -1 : 1;
    this.#improves = (metric) => {
      // Any first metric is an improvement, except NaN and the worst infinity.
      if (this.best === null) return sign * metric > Number.NEGATIVE_INFINITY;
      const margin = sign * threshold;
      return sign * metric > sign * (thresholdMode === "rel" ? this.best * (1 + margin) : this.best + margin);
    };
    this.#patience = patience;
    this.#cooldown = cooldown;
  }

  /**
   * Ends an epoch.
   *
   * @param metric usually the loss on validation data; NaN does not count as an improvement
   * @throws where the metric is not a number
   */
  step(metric: number): void {
    if (typeof metric !== "number")
      fail(
        "value",
        this.name,
        `step takes the metric of the epoch, a number, got ${String(metric)}. Did you mean step(loss.item())?`,
      );
    this.advance(() => {
      const after = this.#after(metric);
      if (after.lastEpoch === this.lastEpoch) Object.assign(this, after);
      else this.setState(after);
    });
  }

  /** The state after an epoch with this metric. */
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
