import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  options: { factor: "number", totalIters: "number" },
};

/** lr·factor (⅓) for e < totalIters (5), then lr. */
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
