import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
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
      requireInRange("MultiStepLR", ranges.nonNegativeInteger, { [`milestones[${i}]`]: m });
    });
    requireInRange("MultiStepLR", ranges.nonNegative, { gamma });
    super("MultiStepLR", optimizer, (e, lr) => lr * gamma ** milestones.filter((m) => m <= e).length);
  }
}
