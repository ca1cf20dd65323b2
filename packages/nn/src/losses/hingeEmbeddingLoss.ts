import { where } from "@chainrule/core";
import { finite, requireIn } from "../range.ts";
import { loss } from "./loss.ts";
import { elementwiseLoss, type LossOptions } from "./reduction.ts";

export interface MarginOptions extends LossOptions {
  /** How far apart is far enough. */
  readonly margin?: number;
}

/** The distance x of a pair that belongs together (t = 1), max(0, margin − x) of one that does not (t = −1). @throws where shapes differ. */
export const hingeEmbeddingLoss = elementwiseLoss<MarginOptions>(
  "hingeEmbeddingLoss",
  (input, target, { margin = 1 }) => {
    requireIn("hingeEmbeddingLoss", finite, { margin });
    return where(target.gt(0), input, input.neg().add(margin).clamp(0));
  },
);

/** `hingeEmbeddingLoss` as a module. */
export class HingeEmbeddingLoss extends loss(hingeEmbeddingLoss) {
  static override readonly name: string = "HingeEmbeddingLoss";
}
