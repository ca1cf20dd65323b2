import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = { optimizer: optimizerKind, gamma: "number" };

/** lr·γᵉ. */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, gamma: number) {
    checkArguments("ExponentialLR", schedulerArguments, arguments);
    requireInRange("ExponentialLR", ranges.nonNegative, { gamma });
    super("ExponentialLR", optimizer, (e, lr) => lr * gamma ** e);
  }
}
