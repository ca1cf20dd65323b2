import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { cosine } from "./cosine.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  t0: "number",
  options: { tMult: "number", etaMin: "number" },
};

/**
 * From lr to etaMin (0) along a cosine, again and again: first in t0 epochs, each time in tMult (1) times as many.
 * [Loshchilov & Hutter 2017]
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    t0: number,
    options: { readonly tMult?: number; readonly etaMin?: number } = {},
  ) {
    checkArguments("CosineAnnealingWarmRestarts", schedulerArguments, arguments);
    const { tMult = 1, etaMin = 0 } = options;
    requireInRange("CosineAnnealingWarmRestarts", ranges.positiveInteger, { t0, tMult });
    requireInRange("CosineAnnealingWarmRestarts", ranges.nonNegative, { etaMin });
    super("CosineAnnealingWarmRestarts", optimizer, (e, lr) => {
      if (tMult === 1) return cosine(e % t0, t0, lr, etaMin);
      let [start, length] = [0, t0];
      while (e - start >= length) [start, length] = [start + length, length * tMult];
      return cosine(e - start, length, lr, etaMin);
    });
  }
}
