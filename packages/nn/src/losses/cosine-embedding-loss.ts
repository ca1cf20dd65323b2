import { formatShape, sameShape, type Tensor, where } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { type MarginOptions, marginOptions } from "./hinge-embedding-loss.ts";
import { lossModule } from "./loss-module.ts";
import { reduceLoss, requireSameShape } from "./reduction.ts";

const op = "cosineEmbeddingLoss";

/** x₁·x₂/√((|x₁|² + 10⁻¹²)(|x₂|² + 10⁻¹²)) along the last axis. */
function cosine(x1: Tensor, x2: Tensor): Tensor {
  const unit = (x: Tensor) => x.div(x.norm(2, -1, { keepdim: true }).hypot(1e-6));
  return unit(x1).mul(unit(x2)).sum(-1);
}

const cosineEmbeddingLossArguments: Signature = {
  input1: "tensor",
  input2: "tensor",
  target: "tensor",
  options: marginOptions,
};

/**
 * 1 − cos(x₁, x₂) for similar vectors (t = 1), max(0, cos(x₁, x₂) − margin) for dissimilar ones (t = −1). Default
 * margin: 0.
 *
 * @param input1 x₁ [N, D] or [D]
 * @param input2 x₂, of the same shape
 * @param target t [N] or [], each 1 or −1
 * @throws where shapes do not fit
 *
 * @example
 * console.log(cosineEmbeddingLoss(tensor([1, 0]), tensor([0, 1]), tensor(1))); //=> tensor(1, shape [], float32)
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  checkArguments("cosineEmbeddingLoss", cosineEmbeddingLossArguments, arguments);
  const { margin = 0, reduction } = options;
  requireInRange(op, ranges.finite, { margin });
  requireSameShape(op, { input1, input2 });
  if (input1.ndim === 0) fail("shape", op, "scalars have no axis of vectors");
  if (!sameShape(target.shape, input1.shape.slice(0, -1)))
    fail(
      "shape",
      op,
      `inputs ${formatShape(input1.shape)} and target ${formatShape(target.shape)}: the target must have one element for each vector`,
    );
  const cos = cosine(input1, input2);
  const losses = where(target.gt(0), cos.neg().add(1), cos.sub(margin).clamp(0));
  return reduceLoss(op, losses, reduction);
}

/**
 * `cosineEmbeddingLoss` as a module.
 *
 * @example
 * console.log(new CosineEmbeddingLoss().forward(tensor([1, 0]), tensor([0, 1]), tensor(-1)));
 * //=> tensor(0, shape [], float32)
 */
export class CosineEmbeddingLoss extends lossModule(cosineEmbeddingLoss, marginOptions) {
  static override readonly name: string = "CosineEmbeddingLoss";
}
