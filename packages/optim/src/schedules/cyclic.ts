import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** How high the n-th cycle (n = 1, 2, …) rises, as a share of the first; `e` counts all steps. */
const scaleFunctions = {
  triangular: () => 1,
  triangular2: (n: number) => 2 ** (1 - n),
  expRange: (_n: number, e: number, gamma: number) => gamma ** e,
};

export interface CyclicOptions {
  /** Steps that the learning rate rises (2000), and those that it falls (as many); one of them may be 0. */
  readonly stepSizeUp?: number;
  readonly stepSizeDown?: number;
  /** Cycles as high as the first; each half as high as the one before; or shrinking by γ in every step. */
  readonly mode?: keyof typeof scaleFunctions;
  readonly gamma?: number;
  /** Move the momentum (or β₁) against the learning rate. */
  readonly cycleMomentum?: boolean;
  readonly baseMomentum?: number;
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

/** Up from baseLr to maxLr and down again, in straight lines, for ever. [Smith 2017] */
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
