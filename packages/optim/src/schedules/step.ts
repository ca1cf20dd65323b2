import { checkArguments, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { natural, nonNegative, requireIn } from "../range.ts";
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
    requireIn("StepLR", "stepSize", stepSize, natural);
    requireIn("StepLR", "gamma", gamma, nonNegative);
    super("StepLR", optimizer, (e, lr) => lr * gamma ** Math.floor(e / stepSize));
  }
}
