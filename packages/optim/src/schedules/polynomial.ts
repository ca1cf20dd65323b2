import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  options: { totalIters: "number", power: "number" },
};

/** lr·(1 − min(e, T)/T)^power (1): falls to 0 in T = totalIters (5) epochs. */
export class PolynomialLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: { readonly totalIters?: number; readonly power?: number } = {}) {
    checkArguments("PolynomialLR", schedulerArguments, arguments);
    const { totalIters = 5, power = 1 } = options;
    requireInRange("PolynomialLR", ranges.positiveInteger, { totalIters });
    requireInRange("PolynomialLR", ranges.nonNegative, { power });
    super("PolynomialLR", optimizer, (e, lr) => lr * (1 - Math.min(e, totalIters) / totalIters) ** power);
  }
}
