import type { Tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { type Adapter, type Adapters, attr, input } from "../adapter.ts";
import { optionsOf } from "./optimizers.ts";

type Named = Readonly<Record<string, Tensor>>;

/** The parameters of an attention under PyTorch's names, which `prefix` stands before. */
export const stateOf = (
  named: Named,
  numHeads: number,
  batchFirst: boolean,
  prefix = "",
): nn.MultiheadAttentionState => ({
  numHeads,
  inProjWeight: named[`${prefix}in_proj_weight`] as Tensor,
  inProjBias: named[`${prefix}in_proj_bias`],
  outProj: {
    weight: named[`${prefix}out_proj.weight`] as Tensor,
    bias: named[`${prefix}out_proj.bias`],
  },
  batchFirst,
});

const multiHeadAttention: Adapter = (call) => {
  const { attn_mask: attnMask, key_padding_mask: keyPaddingMask } = call.inputs;
  const [query, key, value] = [input(call, "query"), input(call, "key"), input(call, "value")];
  const state = stateOf(call.inputs, attr(call, "num_heads", 1), attr(call, "batch_first", false));
  const averageAttnWeights = attr(call, "average_attn_weights", true);
  const options = { attnMask, keyPaddingMask, averageAttnWeights };
  const { output, weights } = nn.multiheadAttention(query, key, value, state, options);
  return { out: output, attn_weights: weights };
};

export const attentions: Adapters = {
  scaled_dot_product_attention: (call) =>
    nn.scaledDotProductAttention(input(call, "query"), input(call, "key"), input(call, "value"), {
      ...optionsOf(call.attrs),
      attnMask: call.inputs.attn_mask,
    }),
  multi_head_attention: multiHeadAttention,
};
