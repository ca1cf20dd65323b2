import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  options: { factor: "number", totalIters: "number" },
};

/**
 * lr·factor for the first `totalIters` epochs, then lr.
 *
 * @param options `factor` in [0, 1], default ⅓; `totalIters`, default 5
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5, 1, 1 ]
 */
export class ConstantLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    options: { readonly factor?: number; readonly totalIters?: number } = {},
  ) {
    checkArguments("ConstantLR", schedulerArguments, arguments);
    const { factor = 1 / 3, totalIters = 5 } = options;
    requireInRange("ConstantLR", ranges.unitInterval, { factor });
    requireInRange("ConstantLR", ranges.nonNegativeInteger, { totalIters });
    super("ConstantLR", optimizer, (e, lr) => (e < totalIters ? lr * factor : lr));
  }
}
