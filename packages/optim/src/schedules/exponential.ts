import { checkArguments, pow, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = { optimizer: optimizerKind, gamma: "number" };

/**
 * lr·γᵉ.
 *
 * @param gamma γ
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new ExponentialLR(optimizer, 0.5);
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5, 0.25, 0.125 ]
 */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, gamma: number) {
    checkArguments("ExponentialLR", schedulerArguments, arguments);
    requireInRange("ExponentialLR", ranges.nonNegative, { gamma });
    super("ExponentialLR", optimizer, (e, lr) => lr * pow(gamma, e));
  }
}
