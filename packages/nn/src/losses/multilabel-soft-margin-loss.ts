import type { Tensor } from "@chainrule/core";
import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import { bceWithLogits } from "./bce-with-logits.ts";
import { lossModule } from "./loss-module.ts";
import { reduceLoss, requireSameShape, type WeightedOptions, weightedOptions } from "./reduction.ts";

const op = "multilabelSoftMarginLoss";

const multilabelSoftMarginLossArguments: Signature = {
  input: "tensor",
  target: "tensor",
  options: weightedOptions,
};

/**
 * The mean of `bceWithLogits` over the classes, which are the last axis.
 *
 * @param input logits [N, C] or [C]
 * @param target probabilities in [0, 1], of the shape of the input
 * @throws where shapes differ
 *
 * @example
 * console.log(multilabelSoftMarginLoss(tensor([0, 1000]), tensor([1, 1]))); //=> tensor(0.3466, shape [], float32)
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: WeightedOptions = {},
): Tensor {
  checkArguments("multilabelSoftMarginLoss", multilabelSoftMarginLossArguments, arguments);
  const { weight, reduction } = options;
  requireSameShape(op, { input, target });
  if (input.ndim === 0) fail("shape", op, "a scalar has no class axis");
  return reduceLoss(op, bceWithLogits(input, target, { weight, reduction: "none" }).mean(-1), reduction);
}

/**
 * `multilabelSoftMarginLoss` as a module.
 *
 * @example
 * console.log(new MultiLabelSoftMarginLoss().forward(tensor([0, 0]), tensor([1, 0])));
 * //=> tensor(0.6931, shape [], float32)
 */
export class MultiLabelSoftMarginLoss extends lossModule(multilabelSoftMarginLoss, weightedOptions) {
  static override readonly name: string = "MultiLabelSoftMarginLoss";
}
