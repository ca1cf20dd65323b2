import { checkArguments, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { nonNegative, requireIn } from "../range.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = { optimizer: optimizerKind, gamma: "number" };

/** lr·γᵉ. */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, gamma: number) {
    checkArguments("ExponentialLR", schedulerArguments, arguments);
    requireIn("ExponentialLR", "gamma", gamma, nonNegative);
    super("ExponentialLR", optimizer, (e, lr) => lr * gamma ** e);
  }
}
