import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** From a at t = 0 to b at t = T in a straight line, then b. */
export const linear = (t: number, T: number, a: number, b: number): number =>
  t < T ? a + ((b - a) * t) / T : b;

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  options: { startFactor: "number", endFactor: "number", totalIters: "number" },
};

/** lr·(a + (b−a)·e/T): from a = startFactor (⅓) to b = endFactor (1) in T = totalIters (5) epochs, then lr·b. */
export class LinearLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    options: {
      readonly startFactor?: number;
      readonly endFactor?: number;
      readonly totalIters?: number;
    } = {},
  ) {
    checkArguments("LinearLR", schedulerArguments, arguments);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    requireInRange("LinearLR", ranges.unitInterval, { startFactor, endFactor });
    requireInRange("LinearLR", ranges.nonNegativeInteger, { totalIters });
    super("LinearLR", optimizer, (e, lr) => lr * linear(e, totalIters, startFactor, endFactor));
  }
}
