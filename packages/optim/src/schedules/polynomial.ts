import type { Optimizer } from "../optimizer.ts";
import { natural, nonNegative, requireIn } from "../range.ts";
import { LRScheduler } from "./scheduler.ts";

/** lr·(1 − min(e, T)/T)^power (1): falls to 0 in T = totalIters (5) epochs. */
export class PolynomialLR extends LRScheduler {
  constructor(optimizer: Optimizer, { totalIters = 5, power = 1 } = {}) {
    requireIn("PolynomialLR", "totalIters", totalIters, natural);
    requireIn("PolynomialLR", "power", power, nonNegative);
    super("PolynomialLR", optimizer, (e, lr) => lr * (1 - Math.min(e, totalIters) / totalIters) ** power);
  }
}
