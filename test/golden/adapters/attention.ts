import * as nn from "@chainrule/nn";
import { type Adapter, type Adapters, attr, type Call, input } from "../adapter.ts";
import { optionsOf } from "./optimizers.ts";

/** The parameters of an attention under PyTorch's names, which `prefix` stands before. */
const stateOf = (call: Call, numHeads: number, prefix = ""): nn.MultiheadAttentionState => ({
  numHeads,
  inProjWeight: input(call, `${prefix}in_proj_weight`),
  inProjBias: call.inputs[`${prefix}in_proj_bias`],
  outProj: {
    weight: input(call, `${prefix}out_proj.weight`),
    bias: call.inputs[`${prefix}out_proj.bias`],
  },
  batchFirst: attr(call, "batch_first", false),
});

const multiHeadAttention: Adapter = (call) => {
  const { attn_mask: attnMask, key_padding_mask: keyPaddingMask } = call.inputs;
  const [query, key, value] = [input(call, "query"), input(call, "key"), input(call, "value")];
  const state = stateOf(call, attr(call, "num_heads", 1));
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
