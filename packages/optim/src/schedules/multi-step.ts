import { checkArguments, pow, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  milestones: "list",
  options: { gamma: "number" },
};

/**
 * lr·γⁿ, where n is the number of milestones ≤ e.
 *
 * @param milestones epochs
 * @param options `gamma` γ, default 0.1
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new MultiStepLR(optimizer, [2, 3], { gamma: 0.5 });
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 1, 0.5, 0.25 ]
 */
export class MultiStepLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    options: { readonly gamma?: number } = {},
  ) {
    checkArguments("MultiStepLR", schedulerArguments, arguments);
    const { gamma = 0.1 } = options;
    milestones.forEach((m, i) => {
      requireInRange("MultiStepLR", ranges.nonNegativeInteger, { [`milestones[${i}]`]: m });
    });
    requireInRange("MultiStepLR", ranges.nonNegative, { gamma });
    super("MultiStepLR", optimizer, (e, lr) => lr * pow(gamma, milestones.filter((m) => m <= e).length));
  }
}
