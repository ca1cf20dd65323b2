import type { Optimizer } from "../optimizer.ts";
import { natural, requireIn, share } from "../range.ts";
import { LRScheduler } from "./scheduler.ts";

/** lr·(a + (b−a)·min(e, T)/T): from a = startFactor (⅓) to b = endFactor (1) in T = totalIters (5) epochs. */
export class LinearLR extends LRScheduler {
  constructor(optimizer: Optimizer, { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = {}) {
    requireIn("LinearLR", "startFactor", startFactor, share);
    requireIn("LinearLR", "endFactor", endFactor, share);
    requireIn("LinearLR", "totalIters", totalIters, natural);
    const slope = (endFactor - startFactor) / totalIters;
    super("LinearLR", optimizer, (e, lr) => lr * (startFactor + slope * Math.min(e, totalIters)));
  }
}
