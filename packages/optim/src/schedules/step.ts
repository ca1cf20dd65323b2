import { checkArguments, pow, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  stepSize: "number",
  options: { gamma: "number" },
};

/**
 * lr·γ^⌊e/stepSize⌋.
 *
 * @param stepSize the number of epochs between two reductions
 * @param options `gamma` γ, default 0.1
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new StepLR(optimizer, 2, { gamma: 0.5 });
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 1, 0.5, 0.5 ]
 */
export class StepLR extends LRScheduler {
  constructor(optimizer: Optimizer, stepSize: number, options: { readonly gamma?: number } = {}) {
    checkArguments("StepLR", schedulerArguments, arguments);
    const { gamma = 0.1 } = options;
    requireInRange("StepLR", ranges.positiveInteger, { stepSize });
    requireInRange("StepLR", ranges.nonNegative, { gamma });
    super("StepLR", optimizer, (e, lr) => lr * pow(gamma, Math.floor(e / stepSize)));
  }
}
