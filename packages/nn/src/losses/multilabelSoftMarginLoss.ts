import { ChainruleError, type Tensor } from "@chainrule/core";
import { bceWithLogits } from "./bceWithLogits.ts";
import { loss } from "./loss.ts";
import { reduceLoss, requireSameShape, type WeightedOptions } from "./reduction.ts";

const op = "multilabelSoftMarginLoss";

/** The mean over the classes (the last axis) of `bceWithLogits`. @throws where shapes differ. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  { weight, reduction }: WeightedOptions = {},
): Tensor {
  requireSameShape(op, { input, target });
  if (input.ndim === 0) throw new ChainruleError("shape", op, "a scalar has no class axis");
  return reduceLoss(op, bceWithLogits(input, target, { weight, reduction: "none" }).mean(-1), reduction);
}

/** `multilabelSoftMarginLoss` as a module. */
export class MultiLabelSoftMarginLoss extends loss(multilabelSoftMarginLoss) {
  static override readonly name: string = "MultiLabelSoftMarginLoss";
}
