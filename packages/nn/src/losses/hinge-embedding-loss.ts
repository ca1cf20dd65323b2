import { where } from "@chainrule/core";
import { type Options, ranges, requireInRange } from "@chainrule/core/internal";
import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, type LossOptions, lossOptions } from "./reduction.ts";

export interface MarginOptions extends LossOptions {
  /** How far apart is far enough. */
  readonly margin?: number;
}

export const marginOptions = { ...lossOptions, margin: "number" } as const satisfies Options;

/** The distance x of a pair that belongs together (t = 1), max(0, margin − x) of one that does not (t = −1). @throws where shapes differ. */
export const hingeEmbeddingLoss = elementwiseLoss<MarginOptions>(
  "hingeEmbeddingLoss",
  marginOptions,
  (input, target, { margin = 1 }) => {
    requireInRange("hingeEmbeddingLoss", ranges.finite, { margin });
    return where(target.gt(0), input, input.neg().add(margin).clamp(0));
  },
);

/** `hingeEmbeddingLoss` as a module. */
export class HingeEmbeddingLoss extends lossModule(hingeEmbeddingLoss, marginOptions) {
  static override readonly name: string = "HingeEmbeddingLoss";
}
