import { formatShape, type Parameter, sameShape, type Tensor } from "@chainrule/core";
import {
  checkArguments,
  fail,
  type Kind,
  kinds,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { combineMasks, type Masks, masksOf, requireMask } from "../functional/attention-mask.ts";
import { isBroadcastableTo } from "../functional/broadcast.ts";
import { attentionWeights, weightedValues } from "../functional/scaled-dot-product-attention.ts";
import { xavierUniform, zeros } from "../init.ts";
import { Module } from "../module.ts";
import { drawOptions, type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";
import { dropout } from "./dropout.ts";
import { Linear, linear } from "./linear.ts";

/** Options of a call of multi-head attention. */
export interface MultiheadAttentionOptions {
  /**
   * A mask [L, S], [N·heads, L, S], [N, L, S] or [N, heads, L, S]. A bool mask is true where a query must not attend to
   * a key; a float mask is added to the scores, and −∞ excludes a key. Default: none.
   */
  readonly attnMask?: Tensor | undefined;
  /**
   * A mask [N, S], or [S] for one sequence, of the keys that are padding, in the convention of `attnMask`. Default:
   * none.
   */
  readonly keyPaddingMask?: Tensor | undefined;
  /** Whether query i attends to keys 0 … i only. Default: false. */
  readonly isCausal?: boolean | undefined;
  /** Whether the returned weights are averaged over the heads. Default: true. */
  readonly averageAttnWeights?: boolean | undefined;
}

/** The parameters and settings that `multiheadAttention` applies. */
export interface MultiheadAttentionState {
  /** The number of heads, which divides E. */
  readonly numHeads: number;
  /** The projections of queries, keys and values, concatenated: [3·E, E]. */
  readonly inProjWeight: Tensor;
  /** The biases of these projections [3·E]. Default: none. */
  readonly inProjBias?: Tensor | null | undefined;
  /** The output projection: weight [E, E] and bias [E]. */
  readonly outProj: { readonly weight: Tensor; readonly bias?: Tensor | null | undefined };
  /** Whether inputs are [N, L, E] instead of [L, N, E]. Default: false. */
  readonly batchFirst?: boolean | undefined;
  /** The probability with which an attention weight is dropped. Default: 0. */
  readonly dropout?: number | undefined;
}

/** The result of multi-head attention. */
export interface AttentionOutput {
  /** The attended values, of the shape of the query. */
  readonly output: Tensor;
  /**
   * The attention weights [N, L, S], or [N, heads, L, S] where they are not averaged; without N for unbatched inputs.
   */
  readonly weights: Tensor;
}

const op = "multiheadAttention";

function requireHeads(op: string, width: number, numHeads: number): void {
  requireInRange(op, ranges.positiveInteger, { numHeads });
  if (width % numHeads !== 0) fail("value", op, `width ${width} does not split into ${numHeads} heads`);
}

/** Both masks, broadcastable to [N, heads, L, S]. @throws where one has another shape or is int32. */
function masksFor(
  { attnMask, keyPaddingMask }: MultiheadAttentionOptions,
  [n, heads, l, s]: readonly [number, number, number, number],
): Masks {
  requireMask(op, "attnMask", attnMask);
  requireMask(op, "keyPaddingMask", keyPaddingMask);
  const padding = keyPaddingMask?.ndim === 1 ? keyPaddingMask.unsqueeze(0) : keyPaddingMask;
  if (padding && !sameShape(padding.shape, [n, s]))
    fail(
      "shape",
      op,
      `keyPaddingMask ${formatShape(padding.shape)} must be ${formatShape([n, s])}: one element for each key of each sequence${sameShape(padding.shape, [s, n]) ? ". Inputs are [L, N, E] unless the layer has { batchFirst: true }" : ""}`,
    );
  const perHead = attnMask?.ndim === 3 && attnMask.shape[0] === n * heads;
  const spread = perHead
    ? attnMask.unflatten(0, [n, heads])
    : attnMask?.ndim === 3
      ? attnMask.unsqueeze(1)
      : attnMask;
  if (attnMask && spread && !isBroadcastableTo(spread.shape, [n, heads, l, s]))
    fail(
      "shape",
      op,
      `attnMask ${formatShape(attnMask.shape)} must be ${formatShape([l, s])}, ${formatShape([n * heads, l, s])}, ${formatShape([n, l, s])} or ${formatShape([n, heads, l, s])}`,
    );
  return combineMasks(
    [padding?.reshape([n, 1, 1, s]), spread].map((mask) => masksOf(mask, (m) => m.logicalNot())),
  );
}

const attentionOptions = {
  attnMask: "tensor",
  keyPaddingMask: "tensor",
  isCausal: "boolean",
  averageAttnWeights: "boolean",
} as const satisfies Options;
const stateKind: Kind = {
  holds: (x) => {
    const state = x as Partial<MultiheadAttentionState> | null;
    return [state?.inProjWeight, state?.outProj?.weight].every(kinds.tensor.holds);
  },
  message: "{ numHeads, inProjWeight, inProjBias, outProj: { weight, bias }, … }, tensors",
};
const multiheadAttentionArguments: Signature = {
  query: "tensor",
  key: "tensor",
  value: "tensor",
  state: stateKind,
  options: attentionOptions,
};

/**
 * Multi-head attention concat(headₕ)·Woᵀ + bo, where headₕ is `scaledDotProductAttention` of the h-th part of the
 * projections x·Wᵀ + b. [Vaswani et al. 2017]
 *
 * The heads of a query whose keys are all masked are 0.
 *
 * @param query [L, N, E], [N, L, E] with `batchFirst`, or [L, E]
 * @param key [S, N, E], [N, S, E] with `batchFirst`, or [S, E]
 * @param value of the shape of `key`
 * @throws where shapes do not fit, or for an int32 mask
 *
 * @example
 * const { numHeads, inProjWeight, outProj } = new MultiheadAttention(4, 2);
 * const x = randn(3, 4);
 * console.log(multiheadAttention(x, x, x, { numHeads, inProjWeight, outProj }).weights.shape); //=> [ 3, 3 ]
 */
export function multiheadAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  state: MultiheadAttentionState,
  options: MultiheadAttentionOptions = {},
): AttentionOutput {
  checkArguments("multiheadAttention", multiheadAttentionArguments, arguments);
  const { numHeads, inProjWeight, inProjBias, outProj, batchFirst = false } = state;
  const width = inProjWeight.shape[1]!;
  requireHeads(op, width, numHeads);
  const inputs = [query, key, value];
  if (
    ![2, 3].includes(query.ndim) ||
    inputs.some((x) => x.ndim !== query.ndim || x.shape.at(-1) !== width) ||
    !sameShape(key.shape, value.shape)
  )
    fail(
      "shape",
      op,
      `query, key and value ${inputs.map((x) => formatShape(x.shape)).join(" · ")} must have 2 or 3 axes, the last of size ${width}, and as many keys as values`,
    );
  const unbatched = query.ndim === 2;
  const weights = inProjWeight.chunk(3, 0);
  const biases = inProjBias?.chunk(3, 0);
  const [q, k, v] = inputs.map((x, i) => {
    const batch = unbatched ? x.unsqueeze(0) : batchFirst ? x : x.transpose(0, 1);
    return linear(batch, weights[i]!, biases?.[i])
      .unflatten(-1, [numHeads, width / numHeads])
      .transpose(1, 2);
  }) as [Tensor, Tensor, Tensor];
  const [n, l, s] = [q.shape[0], q.shape[2], k.shape[2]] as [number, number, number];
  const masks = masksFor(options, [n, numHeads, l, s]);
  const { weights: shares, keep } = attentionWeights(q, k, masks, { isCausal: options.isCausal });
  const heads = weightedValues(dropout(shares, state.dropout ?? 0), keep, v);
  const y = linear(heads.transpose(1, 2).flatten(2), outProj.weight, outProj.bias ?? undefined);
  const seen = options.averageAttnWeights === false ? shares : shares.mean(1);
  if (unbatched) return { output: y.squeeze(0), weights: seen.squeeze(0) };
  return { output: batchFirst ? y : y.transpose(0, 1), weights: seen };
}

/** Options of `MultiheadAttention`. */
export interface MultiheadAttentionLayerOptions extends ParameterOptions {
  /** Whether the projections have biases. Default: true. */
  readonly bias?: boolean;
  /** Whether inputs are [N, L, E] instead of [L, N, E]. Default: false. */
  readonly batchFirst?: boolean;
  /** The probability with which an attention weight is dropped while training. Default: 0. */
  readonly dropout?: number;
}

const layerArguments: Signature = {
  embedDim: "number",
  numHeads: "number",
  options: { ...parameterOptions, bias: "boolean", batchFirst: "boolean", dropout: "number" },
};

/**
 * `multiheadAttention` with trained projections, initialized by `xavierUniform`; the biases are 0 at first.
 *
 * @param embedDim E
 * @param numHeads the number of heads, which divides E
 * @throws where `embedDim` is not divisible by `numHeads`
 *
 * @example
 * const attention = new MultiheadAttention(8, 2, { batchFirst: true });
 * const { output, weights } = attention.forward(randn(1, 5, 8));
 * console.log(output.shape, weights.shape); //=> [ 1, 5, 8 ] [ 1, 5, 5 ]
 */
export class MultiheadAttention extends Module {
  static override readonly name: string = "MultiheadAttention";
  readonly inProjWeight: Parameter;
  readonly inProjBias: Parameter | null;
  readonly outProj: Linear;
  readonly batchFirst: boolean;
  readonly dropout: number;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    given: MultiheadAttentionLayerOptions = {},
  ) {
    super();
    checkArguments("MultiheadAttention", layerArguments, arguments);
    const { bias = true, batchFirst = false, dropout = 0, ...options } = given;
    requireInRange("MultiheadAttention", ranges.nonNegativeInteger, { embedDim });
    requireInRange("MultiheadAttention", ranges.unitInterval, { dropout });
    requireHeads("MultiheadAttention", embedDim, numHeads);
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.inProjWeight = xavierUniform(parameter([3 * embedDim, embedDim], options), 1, drawOptions(options));
    this.inProjBias = bias ? parameter([3 * embedDim], options) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias, ...options });
    if (this.outProj.bias) zeros(this.outProj.bias);
  }

  /** The attended values and the weights. @throws where shapes do not fit. */
  forward(query: Tensor, key = query, value = key, options: MultiheadAttentionOptions = {}): AttentionOutput {
    const { numHeads, inProjWeight, inProjBias, outProj, batchFirst } = this;
    const state = { numHeads, inProjWeight, inProjBias, outProj, batchFirst };
    return multiheadAttention(
      query,
      key,
      value,
      { ...state, dropout: this.training ? this.dropout : 0 },
      options,
    );
  }

  protected override extraRepr(): string {
    return `${this.embedDim}, ${this.numHeads}`;
  }
}
