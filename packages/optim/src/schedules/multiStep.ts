import type { Optimizer } from "../optimizer.ts";
import { count, nonNegative, requireIn } from "../range.ts";
import { LRScheduler } from "./scheduler.ts";

/** lr·γⁿ, where n of the milestones are ≤ e: falls by γ (0.1) at each of them. */
export class MultiStepLR extends LRScheduler {
  constructor(optimizer: Optimizer, milestones: readonly number[], { gamma = 0.1 } = {}) {
    milestones.forEach((m, i) => {
      requireIn("MultiStepLR", `milestones[${i}]`, m, count);
    });
    requireIn("MultiStepLR", "gamma", gamma, nonNegative);
    super("MultiStepLR", optimizer, (e, lr) => lr * gamma ** milestones.filter((m) => m <= e).length);
  }
}
