import { checkArguments, pow, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  options: { totalIters: "number", power: "number" },
};

/**
 * lr·(1 − min(e, T)/T)^power: falls to 0 in T epochs.
 *
 * @param options T is `totalIters`, default 5; `power`, default 1
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new PolynomialLR(optimizer, { totalIters: 4, power: 2 });
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5625, 0.25, 0.0625 ]
 */
export class PolynomialLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: { readonly totalIters?: number; readonly power?: number } = {}) {
    checkArguments("PolynomialLR", schedulerArguments, arguments);
    const { totalIters = 5, power = 1 } = options;
    requireInRange("PolynomialLR", ranges.positiveInteger, { totalIters });
    requireInRange("PolynomialLR", ranges.nonNegative, { power });
    super("PolynomialLR", optimizer, (e, lr) => lr * pow(1 - Math.min(e, totalIters) / totalIters, power));
  }
}
