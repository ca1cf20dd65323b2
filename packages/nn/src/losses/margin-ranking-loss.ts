import type { Tensor } from "@chainrule/core";
import { checkArguments, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { type MarginOptions, marginOptions } from "./hinge-embedding-loss.ts";
import { lossModule } from "./loss-module.ts";
import { reduceLoss, requireSameShape } from "./reduction.ts";

const marginRankingLossArguments: Signature = {
  input1: "tensor",
  input2: "tensor",
  target: "tensor",
  options: marginOptions,
};

/**
 * max(0, margin − t·(x₁ − x₂)): x₁ should rank higher where t = 1, lower where t = −1. Default margin: 0.
 *
 * @throws where shapes differ
 *
 * @example
 * console.log(marginRankingLoss(tensor([1]), tensor([3]), tensor([1]))); //=> tensor(2, shape [], float32)
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  checkArguments("marginRankingLoss", marginRankingLossArguments, arguments);
  const { margin = 0, reduction } = options;
  requireInRange("marginRankingLoss", ranges.finite, { margin });
  requireSameShape("marginRankingLoss", { input1, input2, target });
  const losses = target.neg().mul(input1.sub(input2)).add(margin).clamp(0);
  return reduceLoss("marginRankingLoss", losses, reduction);
}

/**
 * `marginRankingLoss` as a module.
 *
 * @example
 * console.log(new MarginRankingLoss({ margin: 1 }).forward(tensor([1]), tensor([3]), tensor([1])));
 * //=> tensor(3, shape [], float32)
 */
export class MarginRankingLoss extends lossModule(marginRankingLoss, marginOptions) {
  static override readonly name: string = "MarginRankingLoss";
}
