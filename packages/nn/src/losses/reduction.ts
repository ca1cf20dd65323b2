import { ChainruleError, type Tensor } from "@chainrule/core";

/** What becomes of the losses of single elements: their mean, their sum, or nothing. */
export type Reduction = "none" | "mean" | "sum";

export interface LossOptions {
  readonly reduction?: Reduction;
}

export interface WeightedOptions extends LossOptions {
  /** What each loss is multiplied by; broadcasts against them. */
  readonly weight?: Tensor;
}

const reductions: Record<Reduction, (losses: Tensor) => Tensor> = {
  none: (losses) => losses,
  mean: (losses) => losses.mean(),
  sum: (losses) => losses.sum(),
};

/** The losses reduced as asked. @throws where the reduction is none of the three. */
export function reduceLoss(op: string, losses: Tensor, reduction: Reduction = "mean"): Tensor {
  const reduce = reductions[reduction] as (typeof reductions)[Reduction] | undefined;
  if (!reduce)
    throw new ChainruleError(
      "value",
      op,
      `reduction "${reduction}" is none of ${Object.keys(reductions).join(", ")}`,
    );
  return reduce(losses);
}

/** Throws unless input and target are of one shape: a loss that broadcasts is nearly always a mistake. */
export function requireSameShape(op: string, input: Tensor, target: Tensor): void {
  if (input.shape.join() !== target.shape.join())
    throw new ChainruleError(
      "shape",
      op,
      `input [${input.shape.join(", ")}] and target [${target.shape.join(", ")}] must have one shape. Did you mean target.reshape([${input.shape.join(", ")}])?`,
    );
}

/** An elementwise loss between tensors of one shape as a function with a reduction. */
export const elementwiseLoss =
  <O extends LossOptions = LossOptions>(
    op: string,
    loss: (input: Tensor, target: Tensor, options: O) => Tensor,
  ) =>
  (input: Tensor, target: Tensor, options: O = {} as O): Tensor => {
    requireSameShape(op, input, target);
    return reduceLoss(op, loss(input, target, options), options.reduction);
  };

/** Losses times their weights, where there are weights. */
export const weighted = (losses: Tensor, weight: Tensor | undefined): Tensor =>
  weight ? losses.mul(weight) : losses;
