import { formatShape, sameShape, type Tensor, where } from "@chainrule/core";
import { checked, fail, type Options } from "@chainrule/core/internal";
import { requireBroadcast } from "../functional/broadcast.ts";

/** The result of a loss: the mean or the sum of the losses of all elements, or ("none") these losses. */
export type Reduction = "none" | "mean" | "sum";

/** Options of all losses. */
export interface LossOptions {
  /** Default: "mean". */
  readonly reduction?: Reduction | undefined;
}

export const lossOptions = { reduction: "string" } as const satisfies Options;

/** Options of losses with weights. */
export interface WeightedOptions extends LossOptions {
  /**
   * The factor of each loss, broadcast to their shape. A loss with weight 0 has no effect, even if it is infinite or
   * NaN. Default: none.
   */
  readonly weight?: Tensor | undefined;
}

export const weightedOptions = { ...lossOptions, weight: "tensor" } as const satisfies Options;

export const reductions: Record<Reduction, (losses: Tensor) => Tensor> = {
  none: (losses) => losses,
  mean: (losses) => losses.mean(),
  sum: (losses) => losses.sum(),
};

/** The losses reduced. @throws where the reduction is not a key of the table. */
export function reduceLoss<R extends string = Reduction>(
  op: string,
  losses: Tensor,
  reduction: R | "mean" = "mean",
  table: Readonly<Record<R | "mean", (losses: Tensor) => Tensor>> = reductions as typeof table,
): Tensor {
  if (!Object.hasOwn(table, reduction))
    fail("value", op, `reduction "${reduction}" must be one of ${Object.keys(table).join(", ")}`);
  return table[reduction](losses);
}

/** Throws unless the named tensors have one shape: a loss that broadcasts is nearly always a mistake. */
export function requireSameShape(op: string, tensors: Readonly<Record<string, Tensor>>): void {
  const [first, ...others] = Object.values(tensors) as [Tensor, ...Tensor[]];
  if (others.every((t) => sameShape(t.shape, first.shape))) return;
  const shapes = Object.entries(tensors).map(([name, t]) => `${name} ${formatShape(t.shape)}`);
  const fix = others.every((t) => t.size === first.size)
    ? `. Did you mean ${Object.keys(tensors).at(-1)}.reshape(${formatShape(first.shape)})?`
    : "";
  fail("shape", op, `${shapes.join(" and ")} must have the same shape${fix}`);
}

/** A loss function with a reduction, of an elementwise loss between tensors of equal shape. */
export const elementwiseLoss = <O extends LossOptions = LossOptions>(
  op: string,
  options: Options,
  loss: (input: Tensor, target: Tensor, options: O) => Tensor,
) =>
  checked(
    op,
    { input: "tensor", target: "tensor", options },
    (input: Tensor, target: Tensor, options: O = {} as O): Tensor => {
      requireSameShape(op, { input, target });
      return reduceLoss(op, loss(input, target, options), options.reduction);
    },
  );

/** w·x, but 0 where w is 0 and x is infinite or NaN, in value and gradient. ∂/∂w is x, also where w is 0. */
export const weigh = (x: Tensor, w: Tensor): Tensor =>
  where(w.eq(0).logicalAnd(x.isFinite().logicalNot()), 0, x).mul(w);

/** Losses times their weights, if there are weights. @throws where the weights do not broadcast to the losses. */
export function weighted(op: string, losses: Tensor, weight: Tensor | undefined): Tensor {
  if (!weight) return losses;
  requireBroadcast(op, losses, weight, "weight");
  return weigh(losses, weight);
}
