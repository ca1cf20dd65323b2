import { where } from "@chainrule/core";
import { type Options, ranges, requireInRange } from "@chainrule/core/internal";
import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, type LossOptions, lossOptions } from "./reduction.ts";

/** Options of losses with a margin. */
export interface MarginOptions extends LossOptions {
  /**
   * The distance from which on a pair has no loss. Default: 1 in `hingeEmbeddingLoss`, `multiMarginLoss` and
   * `tripletMarginLoss`, else 0.
   */
  readonly margin?: number;
}

export const marginOptions = { ...lossOptions, margin: "number" } as const satisfies Options;

/**
 * The distance x of a similar pair (t = 1), max(0, margin − x) of a dissimilar one (t = −1). Default margin: 1.
 *
 * @param input distances x
 * @param target t, of the shape of x, each 1 or −1
 * @throws where shapes differ
 *
 * @example
 * console.log(hingeEmbeddingLoss(tensor([0.5, 0.25]), tensor([1, -1]), { reduction: "none" }));
 * //=> tensor([0.50, 0.75], shape [2], float32)
 */
export const hingeEmbeddingLoss = elementwiseLoss<MarginOptions>(
  "hingeEmbeddingLoss",
  marginOptions,
  (input, target, { margin = 1 }) => {
    requireInRange("hingeEmbeddingLoss", ranges.finite, { margin });
    return where(target.gt(0), input, input.neg().add(margin).clamp(0));
  },
);

/**
 * `hingeEmbeddingLoss` as a module.
 *
 * @example
 * console.log(new HingeEmbeddingLoss({ margin: 2 }).forward(tensor([0.5]), tensor([-1])));
 * //=> tensor(1.5, shape [], float32)
 */
export class HingeEmbeddingLoss extends lossModule(hingeEmbeddingLoss, marginOptions) {
  static override readonly name: string = "HingeEmbeddingLoss";
}
