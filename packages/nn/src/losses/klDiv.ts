import { ChainruleError, type Tensor, where } from "@chainrule/core";
import { loss } from "./loss.ts";
import { type Reduction, reduceLoss, requireSameShape } from "./reduction.ts";

export interface KLDivOptions {
  readonly reduction?: Reduction | "batchMean";
  /** Whether the target holds logarithms of probabilities. */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence t·(ln t − x), x holding logarithms of probabilities; t = 0 adds 0.
 * `batchMean` divides the sum by the first size. @throws where shapes differ.
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  { reduction = "mean", logTarget = false }: KLDivOptions = {},
): Tensor {
  requireSameShape("klDiv", { input, target });
  const losses = logTarget
    ? target.exp().mul(target.sub(input))
    : target.xlogy(target).sub(target.mul(where(target.eq(0), 0, input)));
  if (reduction !== "batchMean") return reduceLoss("klDiv", losses, reduction);
  if (input.ndim === 0) throw new ChainruleError("shape", "klDiv", "batchMean needs a batch axis");
  return losses.sum().div(input.shape[0] as number);
}

/** `klDiv` as a module. */
export class KLDivLoss extends loss(klDiv) {}
