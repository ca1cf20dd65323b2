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
 * A cosine from lr to `etaMin` that restarts: the first cycle takes `t0` epochs, each further one `tMult` times as
 * many. [Loshchilov & Hutter 2017]
 *
 * @param t0 the epochs of the first cycle
 * @param options `tMult`, default 1; `etaMin`, default 0
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new CosineAnnealingWarmRestarts(optimizer, 2);
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5, 1, 0.5 ]
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
