import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** least + ½(lr − least)(1 + cos(πt/T)): from lr at t = 0 to `least` at t = T. [Loshchilov & Hutter 2017] */
export const cosine = (t: number, T: number, lr: number, least: number): number =>
  least + ((lr - least) * (1 + Math.cos((Math.PI * t) / T))) / 2;

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  tMax: "number",
  options: { etaMin: "number" },
};

/** From lr to etaMin (0) in tMax epochs along a cosine, and back in the next tMax. */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: Optimizer, tMax: number, options: { readonly etaMin?: number } = {}) {
    checkArguments("CosineAnnealingLR", schedulerArguments, arguments);
    const { etaMin = 0 } = options;
    requireInRange("CosineAnnealingLR", ranges.positiveInteger, { tMax });
    requireInRange("CosineAnnealingLR", ranges.nonNegative, { etaMin });
    super("CosineAnnealingLR", optimizer, (e, lr) => cosine(e, tMax, lr, etaMin));
  }
}
