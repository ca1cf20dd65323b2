import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  stepSize: "number",
  options: { gamma: "number" },
};

/** lr·γ^⌊e/stepSize⌋: falls by γ (0.1) every `stepSize` epochs. */
export class StepLR extends LRScheduler {
  constructor(optimizer: Optimizer, stepSize: number, options: { readonly gamma?: number } = {}) {
    checkArguments("StepLR", schedulerArguments, arguments);
    const { gamma = 0.1 } = options;
    requireInRange("StepLR", ranges.positiveInteger, { stepSize });
    requireInRange("StepLR", ranges.nonNegative, { gamma });
    super("StepLR", optimizer, (e, lr) => lr * gamma ** Math.floor(e / stepSize));
  }
}
