import { type Tensor, where, zerosLike } from "@chainrule/core";
import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import { lossModule } from "./loss-module.ts";
import { type LossOptions, lossOptions, reduceLoss, requireSameShape } from "./reduction.ts";

const op = "multilabelMarginLoss";

const multilabelMarginLossArguments: Signature = {
  input: "tensor",
  target: "tensor",
  options: lossOptions,
};

/**
 * Multi-label hinge loss Σⱼ Σᵢ max(0, 1 − x[tⱼ] + x[i])/C, where i runs over the classes that are not targets.
 *
 * @param input scores x [N, C] or [C]
 * @param target int32 class indices tⱼ of the shape of x; those from the first −1 of a row on are ignored
 * @throws where shapes differ, or, when it is computed, a class is out of range
 *
 * @example
 * const target = tensor([1, -1, 0], { dtype: "int32" });
 * console.log(multilabelMarginLoss(tensor([0.5, 1, 0]), target)); //=> tensor(0.1667, shape [], float32)
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkArguments("multilabelMarginLoss", multilabelMarginLossArguments, arguments);
  const { reduction } = options;
  requireSameShape(op, { input, target });
  if (input.ndim === 0) fail("shape", op, "a scalar has no class axis");
  const listed = target.lt(0).to("int32").cumsum(-1).eq(0);
  const classes = where(listed, target, 0);
  const isTarget = zerosLike(target).scatterAdd(-1, classes, listed.to("int32")).gt(0);
  const violation = input.unsqueeze(-2).sub(input.gather(-1, classes).unsqueeze(-1)).add(1).clamp(0);
  const counts = listed.unsqueeze(-1).logicalAnd(isTarget.logicalNot().unsqueeze(-2));
  const losses = where(counts, violation, 0).sum([-2, -1]);
  return reduceLoss(op, losses.div(input.shape.at(-1)!), reduction);
}

/**
 * `multilabelMarginLoss` as a module.
 *
 * @example
 * const target = tensor([1, -1], { dtype: "int32" });
 * console.log(new MultiLabelMarginLoss().forward(tensor([0, 0]), target)); //=> tensor(0.5, shape [], float32)
 */
export class MultiLabelMarginLoss extends lossModule(multilabelMarginLoss, lossOptions) {
  static override readonly name: string = "MultiLabelMarginLoss";
}
