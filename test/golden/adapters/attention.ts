import type { Tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { type Adapter, type Adapters, attr, type Call, input } from "../adapter.ts";
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

/** A block of a transformer: what each part adds to x, normalised before it (`norm_first`) or after the sum. */
function transformerLayer(call: Call, x: Tensor, parts: readonly ((x: Tensor) => Tensor)[]): Tensor {
  const { inputs } = call;
  const eps = attr(call, "layer_norm_eps", 1e-5);
  const norm = (y: Tensor, i: number) =>
    nn.layerNorm(y, [y.shape.at(-1) as number], {
      weight: inputs[`norm${i + 1}.weight`],
      bias: inputs[`norm${i + 1}.bias`],
      eps,
    });
  return parts.reduce(
    (y, part, i) => (attr(call, "norm_first", false) ? y.add(part(norm(y, i))) : norm(y.add(part(y)), i)),
    x,
  );
}

const attends = (call: Call, name: string, memory?: Tensor, attnMask?: Tensor) => (x: Tensor) => {
  const state = stateOf(call.inputs, attr(call, "nhead", 1), attr(call, "batch_first", false), `${name}.`);
  return nn.multiheadAttention(x, memory ?? x, memory ?? x, state, { attnMask }).output;
};

const feedsForward = (call: Call) => (x: Tensor) => {
  const hidden = nn.linear(x, input(call, "linear1.weight"), call.inputs["linear1.bias"]);
  const active = hidden[attr<"relu" | "gelu">(call, "activation", "relu")]();
  return nn.linear(active, input(call, "linear2.weight"), call.inputs["linear2.bias"]);
};

export const attentions: Adapters = {
  scaled_dot_product_attention: (call) =>
    nn.scaledDotProductAttention(input(call, "query"), input(call, "key"), input(call, "value"), {
      ...optionsOf(call.attrs),
      attnMask: call.inputs.attn_mask,
    }),
  multi_head_attention: multiHeadAttention,
  transformer_encoder_layer: (call) =>
    transformerLayer(call, input(call, "src"), [
      attends(call, "self_attn", undefined, call.inputs.src_mask),
      feedsForward(call),
    ]),
  transformer_decoder_layer: (call) =>
    transformerLayer(call, input(call, "tgt"), [
      attends(call, "self_attn", undefined, call.inputs.tgt_mask),
      attends(call, "multihead_attn", input(call, "memory"), call.inputs.memory_mask),
      feedsForward(call),
    ]),
};
