import type { Tensor } from "@chainrule/core";

export interface CosineOptions {
  readonly dim?: number;
  /** Each length is held above this. */
  readonly eps?: number;
}

/** x₁·x₂/(max(‖x₁‖, ε)·max(‖x₂‖, ε)) along `dim`. */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  { dim = 1, eps = 1e-8 }: CosineOptions = {},
): Tensor {
  const unit = (x: Tensor) => x.div(x.norm(2, dim, { keepdim: true }).clamp(eps));
  return unit(x1).mul(unit(x2)).sum(dim);
}

export interface DistanceOptions {
  /** Which norm. */
  readonly p?: number;
  /** Added to each difference, so that the distance of equal vectors has a gradient. */
  readonly eps?: number;
  readonly keepdim?: boolean;
}

/** ‖x₁ − x₂ + ε‖ₚ along the last axis. */
export const pairwiseDistance = (
  x1: Tensor,
  x2: Tensor,
  { p = 2, eps = 1e-6, keepdim = false }: DistanceOptions = {},
): Tensor => x1.sub(x2).add(eps).norm(p, -1, { keepdim });
