import { formatShape, type Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";

/** Options of `cosineSimilarity`. */
export interface CosineOptions {
  /** The axis of the vectors. Default: 1. */
  readonly dim?: number;
  /** ε, the lower bound of each norm. Default: 1e-8. */
  readonly eps?: number;
}

/** Both tensors, broadcast to one shape. */
function broadcastTogether(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const { shape } = a.mul(b);
  return [a.expand(shape), b.expand(shape)];
}

const cosineSimilarityArguments: Signature = {
  x1: "tensor",
  x2: "tensor",
  options: { dim: "dim", eps: "number" },
};

/**
 * Cosine of the angle between vectors, x₁·x₂/(max(‖x₁‖, ε)·max(‖x₂‖, ε)), along an axis of the shape to which both
 * broadcast.
 *
 * @throws where the shapes do not broadcast, or the result has no such dim
 *
 * @example
 * console.log(cosineSimilarity(tensor([3, 4]), tensor([4, 3]), { dim: 0 })); //=> tensor(0.96, shape [], float32)
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options: CosineOptions = {}): Tensor {
  checkArguments("cosineSimilarity", cosineSimilarityArguments, arguments);
  const { dim = 1, eps = 1e-8 } = options;
  requireInRange("cosineSimilarity", ranges.nonNegative, { eps });
  const unit = (x: Tensor) => x.div(x.norm(2, dim, { keepdim: true }).clamp(eps));
  const [a, b] = broadcastTogether(x1, x2);
  if (!(dim >= -a.ndim && dim < a.ndim))
    fail("dim", "cosineSimilarity", `${formatShape(a.shape)} has no dim ${dim}`);
  return unit(a).mul(unit(b)).sum(dim);
}

/** Options of `pairwiseDistance`. */
export interface DistanceOptions {
  /** The p of the p-norm, also ±Infinity. Default: 2. */
  readonly p?: number;
  /** ε, added to each difference, so that the distance of equal vectors has a gradient. Default: 1e-6. */
  readonly eps?: number;
  /** Whether the last axis stays with size 1. Default: false. */
  readonly keepdim?: boolean;
}

const pairwiseDistanceArguments: Signature = {
  x1: "tensor",
  x2: "tensor",
  options: { p: "number", eps: "number", keepdim: "boolean" },
};

/**
 * Distance ‖x₁ − x₂ + ε‖ₚ along the last axis of the shape to which both broadcast.
 *
 * @throws where the shapes do not broadcast, or are []
 *
 * @example
 * console.log(pairwiseDistance(tensor([3, 4]), tensor([0, 0]), { eps: 0 })); //=> tensor(5, shape [], float32)
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options: DistanceOptions = {}): Tensor {
  checkArguments("pairwiseDistance", pairwiseDistanceArguments, arguments);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  requireInRange("pairwiseDistance", ranges.notNaN, { p });
  requireInRange("pairwiseDistance", ranges.nonNegative, { eps });
  const difference = x1.sub(x2).add(eps);
  if (difference.ndim === 0) fail("shape", "pairwiseDistance", "scalars have no axis of vectors");
  return difference.norm(p, -1, { keepdim });
}
