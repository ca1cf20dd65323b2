import { ChainruleError, formatShape, sameShape, type Tensor, where } from "@chainrule/core";
import type { MarginOptions } from "./hingeEmbeddingLoss.ts";
import { loss } from "./loss.ts";
import { reduceLoss, requireSameShape } from "./reduction.ts";

/** x₁·x₂/√((|x₁|² + 10⁻¹²)(|x₂|² + 10⁻¹²)) along the last axis. */
function cosine(x1: Tensor, x2: Tensor): Tensor {
  const square = (x: Tensor) => x.square().sum(-1).add(1e-12);
  return x1
    .mul(x2)
    .sum(-1)
    .div(square(x1).mul(square(x2)).sqrt());
}

/**
 * 1 − cos(x₁, x₂) of vectors [N, D] or [D] that belong together (t = 1), max(0, cos − margin) of those that do not (t = −1).
 * @throws where shapes do not fit.
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginOptions = {},
): Tensor {
  requireSameShape("cosineEmbeddingLoss", { input1, input2 });
  if (!sameShape(target.shape, input1.shape.slice(0, -1)))
    throw new ChainruleError(
      "shape",
      "cosineEmbeddingLoss",
      `inputs ${formatShape(input1.shape)} and target ${formatShape(target.shape)}: there must be one target for each vector`,
    );
  const cos = cosine(input1, input2);
  const losses = where(target.gt(0), cos.neg().add(1), cos.sub(margin).clamp(0));
  return reduceLoss("cosineEmbeddingLoss", losses, reduction);
}

/** `cosineEmbeddingLoss` as a module. */
export class CosineEmbeddingLoss extends loss(cosineEmbeddingLoss) {}
