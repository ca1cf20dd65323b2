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

/** The mean over the classes (the last axis) of `bceWithLogits`. @throws where shapes differ. */
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

/** `multilabelSoftMarginLoss` as a module. */
export class MultiLabelSoftMarginLoss extends lossModule(multilabelSoftMarginLoss, weightedOptions) {
  static override readonly name: string = "MultiLabelSoftMarginLoss";
}
