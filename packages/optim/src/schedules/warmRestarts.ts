import type { Optimizer } from "../optimizer.ts";
import { natural, nonNegative, requireIn } from "../range.ts";
import { cosine } from "./cosine.ts";
import { LRScheduler } from "./scheduler.ts";

/**
 * From lr to etaMin (0) along a cosine, again and again: first in t0 epochs, each time in tMult (1) times as many.
 * [Loshchilov & Hutter 2017]
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  constructor(optimizer: Optimizer, t0: number, { tMult = 1, etaMin = 0 } = {}) {
    requireIn("CosineAnnealingWarmRestarts", "t0", t0, natural);
    requireIn("CosineAnnealingWarmRestarts", "tMult", tMult, natural);
    requireIn("CosineAnnealingWarmRestarts", "etaMin", etaMin, nonNegative);
    super("CosineAnnealingWarmRestarts", optimizer, (e, lr) => {
      if (tMult === 1) return cosine(e % t0, t0, lr, etaMin);
      let [start, length] = [0, t0];
      while (e - start >= length) [start, length] = [start + length, length * tMult];
      return cosine(e - start, length, lr, etaMin);
    });
  }
}
