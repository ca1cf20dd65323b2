import type { Optimizer } from "../optimizer.ts";
import { natural, nonNegative, requireIn } from "../range.ts";
import { LRScheduler } from "./scheduler.ts";

/** lr·γ^⌊e/stepSize⌋: falls by γ (0.1) every `stepSize` epochs. */
export class StepLR extends LRScheduler {
  constructor(optimizer: Optimizer, stepSize: number, { gamma = 0.1 } = {}) {
    requireIn("StepLR", "stepSize", stepSize, natural);
    requireIn("StepLR", "gamma", gamma, nonNegative);
    super("StepLR", optimizer, (e, lr) => lr * gamma ** Math.floor(e / stepSize));
  }
}
