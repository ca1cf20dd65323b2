import { checkArguments, fail, pow, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** The height of the n-th cycle (n = 1, 2, …) relative to the first; `e` counts all steps. */
const scaleFunctions = {
  triangular: () => 1,
  triangular2: (n: number) => pow(2, 1 - n),
  expRange: (_n: number, e: number, gamma: number) => pow(gamma, e),
};

/** Options of `CyclicLR`. */
export interface CyclicOptions {
  /** The number of steps in which the learning rate rises. Default: 2000. */
  readonly stepSizeUp?: number;
  /** The number of steps in which it falls. Default: `stepSizeUp`. */
  readonly stepSizeDown?: number;
  /** The height of the n-th cycle: constant, halved with each cycle, or γᵉ at step e. Default: "triangular". */
  readonly mode?: keyof typeof scaleFunctions;
  /** γ of the mode "expRange". Default: 1. */
  readonly gamma?: number;
  /** Whether the momentum (or β₁) cycles inversely to the learning rate. Default: true. */
  readonly cycleMomentum?: boolean;
  /** The momentum at the maximum learning rate, in [0, 1). Default: 0.8. */
  readonly baseMomentum?: number;
  /** The momentum at the base learning rate, in [0, 1). Default: 0.9. */
  readonly maxMomentum?: number;
}

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  baseLr: "number",
  maxLr: "number",
  options: {
    stepSizeUp: "number",
    stepSizeDown: "number",
    mode: "string",
    gamma: "number",
    cycleMomentum: "boolean",
    baseMomentum: "number",
    maxMomentum: "number",
  },
};

/**
 * Cycles from `baseLr` linearly up to `maxLr` and down again. [Smith 2017]
 *
 * @throws where an option is out of range, or the optimizer has no momentum to cycle
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))]);
 * const scheduler = new CyclicLR(optimizer, 0, 1, { stepSizeUp: 2, cycleMomentum: false });
 * const rates = [0, 1, 2, 3].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5, 1, 0.5, 0 ]
 */
export class CyclicLR extends LRScheduler {
  constructor(optimizer: Optimizer, baseLr: number, maxLr: number, options: CyclicOptions = {}) {
    checkArguments("CyclicLR", schedulerArguments, arguments);
    const {
      stepSizeUp = 2000,
      stepSizeDown = stepSizeUp,
      mode = "triangular",
      gamma = 1,
      cycleMomentum = true,
      baseMomentum = 0.8,
      maxMomentum = 0.9,
    } = options;
    const op = "CyclicLR";
    requireInRange(op, ranges.nonNegative, { baseLr, maxLr });
    requireInRange(op, ranges.nonNegativeInteger, { stepSizeUp, stepSizeDown });
    requireInRange(op, ranges.nonNegative, { gamma });
    requireInRange(op, ranges.halfOpenUnit, { baseMomentum, maxMomentum });
    const height = scaleFunctions[mode];
    if (!height) fail("value", op, `mode ${mode} must be one of ${Object.keys(scaleFunctions).join(", ")}`);
    const length = stepSizeUp + stepSizeDown;
    requireInRange(op, ranges.positiveInteger, { "stepSizeUp + stepSizeDown": length });
    const rise = (e: number): number => {
      const at = e % length;
      const slope = at < stepSizeUp ? at / stepSizeUp : (length - at) / stepSizeDown;
      return slope * height(Math.floor(e / length) + 1, e, gamma);
    };
    const momentum = (e: number): number => maxMomentum - (maxMomentum - baseMomentum) * rise(e);
    super(op, optimizer, (e) => baseLr + (maxLr - baseLr) * rise(e), {
      momentum: cycleMomentum ? momentum : undefined,
    });
  }
}
