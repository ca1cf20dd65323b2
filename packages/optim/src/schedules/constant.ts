import { checkArguments, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { count, requireIn, share } from "../range.ts";
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
    requireIn("ConstantLR", "factor", factor, share);
    requireIn("ConstantLR", "totalIters", totalIters, count);
    super("ConstantLR", optimizer, (e, lr) => (e < totalIters ? lr * factor : lr));
  }
}
