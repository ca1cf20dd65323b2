import { ChainruleError, formatShape, ones, type Tensor, where } from "@chainrule/core";
import { requireBroadcast } from "../losses/reduction.ts";

export interface AttentionOptions {
  /** Broadcast to […, L, S]: where a bool mask is false nothing is taken; a float mask is added to the scores. */
  readonly attnMask?: Tensor | undefined;
  /** Whether query i sees keys 0 … i only. */
  readonly isCausal?: boolean | undefined;
  /** What q·k is multiplied by; 1/√E by default. */
  readonly scale?: number | undefined;
}

/** softmax of the scores where `keep` holds, 0 elsewhere; a row that keeps nothing is 0. */
function softmaxWhere(keep: Tensor, scores: Tensor): Tensor {
  return where(keep, where(keep, scores, Number.NEGATIVE_INFINITY).softmax(-1), 0);
}

/** softmax(scale·q·kᵀ + mask) […, L, S]: how much each of L queries takes from each of S keys. @throws where shapes do not fit. */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  { attnMask, isCausal = false, scale }: AttentionOptions = {},
): Tensor {
  const op = "scaledDotProductAttention";
  if (query.ndim < 2 || key.ndim < 2 || query.shape.at(-1) !== key.shape.at(-1))
    throw new ChainruleError(
      "shape",
      op,
      `query ${formatShape(query.shape)} and key ${formatShape(key.shape)} must be […, L, E] and […, S, E]`,
    );
  const scores = query.matmul(key.transpose()).mul(scale ?? 1 / Math.sqrt(query.shape.at(-1) as number));
  if (attnMask) requireBroadcast(op, scores, attnMask, "attnMask");
  const causal = isCausal ? ones(scores.shape.slice(-2), { dtype: "bool" }).tril() : undefined;
  if (attnMask?.dtype !== "bool") {
    const masked = attnMask ? scores.add(attnMask) : scores;
    return causal ? softmaxWhere(causal, masked) : masked.softmax(-1);
  }
  return softmaxWhere(causal ? attnMask.logicalAnd(causal) : attnMask, scores);
}

/**
 * softmax(scale·q·kᵀ + mask)·v […, L, Ev], for q […, L, E], k […, S, E], v […, S, Ev]. A query whose keys are all
 * masked gets 0. @throws where shapes do not fit. [Vaswani et al. 2017]
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  if (value.ndim < 2 || value.shape.at(-2) !== key.shape.at(-2))
    throw new ChainruleError(
      "shape",
      "scaledDotProductAttention",
      `key ${formatShape(key.shape)} and value ${formatShape(value.shape)} must be […, S, E] and […, S, Ev]`,
    );
  return attentionWeights(query, key, options).matmul(value);
}
