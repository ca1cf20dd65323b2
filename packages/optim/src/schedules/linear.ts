import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** A straight line from a at t = 0 to b at t = T, then b. */
export const linear = (t: number, T: number, a: number, b: number): number =>
  t < T ? a + ((b - a) * t) / T : b;

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  options: { startFactor: "number", endFactor: "number", totalIters: "number" },
};

/**
 * lr·(a + (b − a)·e/T) for the first T epochs, then lr·b.
 *
 * @param options a is `startFactor`, default ⅓; b is `endFactor`, default 1; T is `totalIters`, default 5
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new LinearLR(optimizer, { startFactor: 0, totalIters: 4 });
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.25, 0.5, 0.75 ]
 */
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
