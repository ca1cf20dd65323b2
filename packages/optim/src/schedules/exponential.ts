import type { Optimizer } from "../optimizer.ts";
import { nonNegative, requireIn } from "../range.ts";
import { LRScheduler } from "./scheduler.ts";

/** lr·γᵉ. */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, gamma: number) {
    requireIn("ExponentialLR", "gamma", gamma, nonNegative);
    super("ExponentialLR", optimizer, (e, lr) => lr * gamma ** e);
  }
}
