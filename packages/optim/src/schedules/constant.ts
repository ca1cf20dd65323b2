import type { Optimizer } from "../optimizer.ts";
import { count, requireIn, share } from "../range.ts";
import { LRScheduler } from "./scheduler.ts";

/** lr·factor (⅓) for e < totalIters (5), then lr. */
export class ConstantLR extends LRScheduler {
  constructor(optimizer: Optimizer, { factor = 1 / 3, totalIters = 5 } = {}) {
    requireIn("ConstantLR", "factor", factor, share);
    requireIn("ConstantLR", "totalIters", totalIters, count);
    super("ConstantLR", optimizer, (e, lr) => (e < totalIters ? lr * factor : lr));
  }
}
