import { formatShape, ones, type Tensor, where } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { combineMasks, type Masks, masksOf, requireMask } from "./attention-mask.ts";
import { requireBroadcast } from "./broadcast.ts";

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /**
   * A mask that broadcasts to […, L, S]. A bool mask is true where a query may attend to a key; a float mask is added
   * to the scores, and −∞ excludes a key. Default: none.
   */
  readonly attnMask?: Tensor | undefined;
  /** Whether query i attends to keys 0 … i only. Default: false. */
  readonly isCausal?: boolean | undefined;
  /** The factor of q·k. Default: 1/√E. */
  readonly scale?: number | undefined;
}

const op = "scaledDotProductAttention";

/** softmax of the scores that `keep` selects, 0 elsewhere; 0 in a row without any. */
function maskedSoftmax(keep: Tensor, scores: Tensor): Tensor {
  return where(keep, where(keep, scores, Number.NEGATIVE_INFINITY).softmax(-1), 0);
}

export interface AttentionWeights {
  /** […, L, S]: the weight of each of S keys for each of L queries. */
  readonly weights: Tensor;
  /** The keys that a query attends to; broadcasts to that shape. */
  readonly keep: Tensor | undefined;
}

/** softmax(scale·q·kᵀ + bias) over the keys that the masks keep. @throws where shapes do not fit. */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  { keep, bias }: Masks,
  { isCausal = false, scale }: Omit<AttentionOptions, "attnMask">,
): AttentionWeights {
  if (query.ndim < 2 || key.ndim < 2 || query.shape.at(-1) !== key.shape.at(-1))
    fail(
      "shape",
      op,
      `query ${formatShape(query.shape)} and key ${formatShape(key.shape)} must be […, L, E] and […, S, E]`,
    );
  const factor = scale ?? 1 / Math.sqrt(query.shape.at(-1) || 1);
  requireInRange(op, ranges.finite, { scale: factor });
  const scores = query.matmul(key.transpose()).mul(factor);
  for (const mask of [keep, bias]) if (mask) requireBroadcast(op, scores, mask, "attnMask");
  const causal = isCausal ? ones(scores.shape.slice(-2), { dtype: "bool" }).tril() : undefined;
  const kept = combineMasks([{ keep }, { keep: causal }]).keep;
  const biased = bias ? scores.add(bias) : scores;
  return { weights: kept ? maskedSoftmax(kept, biased) : biased.softmax(-1), keep: kept };
}

/**
 * weights·v. Values that no query attends to are replaced by 0, so that NaN in them reaches neither value nor gradient.
 */
export function weightedValues(weights: Tensor, kept: Tensor | undefined, value: Tensor): Tensor {
  if (!kept) return weights.matmul(value);
  const byAny = kept.ndim > 1 ? kept.any(-2, { keepdim: true }).transpose() : kept.unsqueeze(-1);
  return weights.matmul(where(byAny, value, 0), { skipZeros: true });
}

const attentionArguments: Signature = {
  query: "tensor",
  key: "tensor",
  value: "tensor",
  options: { attnMask: "tensor", isCausal: "boolean", scale: "number" },
};

/**
 * Attention softmax(scale·q·kᵀ + mask)·v. [Vaswani et al. 2017]
 *
 * The output of a query whose keys are all masked is 0. Masked keys and values, NaN included, affect neither value nor
 * gradient.
 *
 * @param query q […, L, E]
 * @param key k […, S, E]
 * @param value v […, S, Ev]
 * @returns […, L, Ev]
 * @throws where shapes do not fit, or for an int32 mask
 *
 * @example
 * const v = tensor([[1, 2], [3, 4]]);
 * console.log(scaledDotProductAttention(zeros([2, 2]), zeros([2, 2]), v, { isCausal: true }));
 * //=> tensor([[1, 2],
 * //=>         [2, 3]], shape [2, 2], float32)
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  checkArguments("scaledDotProductAttention", attentionArguments, arguments);
  const { attnMask, ...rest } = options;
  if (value.ndim < 2 || value.shape.at(-2) !== key.shape.at(-2))
    fail(
      "shape",
      op,
      `key ${formatShape(key.shape)} and value ${formatShape(value.shape)} must be […, S, E] and […, S, Ev]`,
    );
  requireMask(op, "attnMask", attnMask);
  const masks = masksOf(attnMask, (mask) => mask);
  const { weights, keep } = attentionWeights(query, key, masks, rest);
  return weightedValues(weights, keep, value);
}
