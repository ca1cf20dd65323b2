import { checkArguments, cosPi, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** min + ½(lr − min)(1 + cos(πt/T)): from lr at t = 0 to min at t = T. [Loshchilov & Hutter 2017] */
export const cosine = (t: number, T: number, lr: number, min: number): number =>
  min + ((lr - min) * (1 + cosPi(t / T))) / 2;

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  tMax: "number",
  options: { etaMin: "number" },
};

/**
 * A cosine from lr to `etaMin` in `tMax` epochs, and back in the next `tMax`: η + ½(lr − η)(1 + cos(πe/tMax)).
 * [Loshchilov & Hutter 2017]
 *
 * @param tMax half the period in epochs
 * @param options `etaMin`, default 0
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new CosineAnnealingLR(optimizer, 2);
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5, 0, 0.5 ]
 */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: Optimizer, tMax: number, options: { readonly etaMin?: number } = {}) {
    checkArguments("CosineAnnealingLR", schedulerArguments, arguments);
    const { etaMin = 0 } = options;
    requireInRange("CosineAnnealingLR", ranges.positiveInteger, { tMax });
    requireInRange("CosineAnnealingLR", ranges.nonNegative, { etaMin });
    super("CosineAnnealingLR", optimizer, (e, lr) => cosine(e, tMax, lr, etaMin));
  }
}
