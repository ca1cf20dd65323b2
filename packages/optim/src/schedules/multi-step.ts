import { checkArguments, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { count, nonNegative, requireIn } from "../range.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = {
  optimizer: optimizerKind,
  milestones: "list",
  options: { gamma: "number" },
};

/** lr·γⁿ, where n of the milestones are ≤ e: falls by γ (0.1) at each of them. */
export class MultiStepLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    options: { readonly gamma?: number } = {},
  ) {
    checkArguments("MultiStepLR", schedulerArguments, arguments);
    const { gamma = 0.1 } = options;
    milestones.forEach((m, i) => {
      requireIn("MultiStepLR", `milestones[${i}]`, m, count);
    });
    requireIn("MultiStepLR", "gamma", gamma, nonNegative);
    super("MultiStepLR", optimizer, (e, lr) => lr * gamma ** milestones.filter((m) => m <= e).length);
  }
}
