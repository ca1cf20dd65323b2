import * as nn from "@chainrule/nn";
import { type Adapter, type Adapters, type Call, input } from "../adapter.ts";
import { optionsOf } from "./optimizers.ts";

/** A normalisation with weight, bias and ε as its options. */
const optionsOfNorm = ({ inputs: { weight, bias }, attrs: { eps } }: Call): nn.NormOptions => ({
  weight,
  ...(bias && { bias }),
  ...(eps !== undefined && { eps: eps as number }),
});

const batchNorm: Adapter = (call) => {
  const { running_mean: mean, running_var: variance } = call.inputs;
  const { training = false, momentum = 0.1 } = call.attrs;
  const x = input(call);
  const running = mean && variance && { mean, variance };
  const moments = training || !running ? nn.momentsOf(x) : running;
  const next = running && training ? nn.runningMoments(running, moments, x, momentum as number) : running;
  const out = nn.batchNorm(x, moments, optionsOfNorm(call));
  return next ? { out, running_mean: next.mean, running_var: next.variance } : { out };
};

export const layers: Adapters = {
  linear: (call) => nn.linear(input(call), input(call, "weight"), call.inputs.bias),
  bilinear: (call) =>
    nn.bilinear(input(call, "input1"), input(call, "input2"), input(call, "weight"), call.inputs.bias),
  batch_norm: batchNorm,
  layer_norm: (call) =>
    nn.layerNorm(input(call), call.attrs.normalized_shape as number[], optionsOfNorm(call)),
  rms_norm: (call) => nn.rmsNorm(input(call), call.attrs.normalized_shape as number[], optionsOfNorm(call)),
  group_norm: (call) => nn.groupNorm(input(call), call.attrs.num_groups as number, optionsOfNorm(call)),
  instance_norm: (call) => nn.instanceNorm(input(call), optionsOfNorm(call)),
  normalize: (call) => nn.normalize(input(call), optionsOf(call.attrs)),
  embedding: (call) =>
    nn.embedding(
      input(call),
      input(call, "weight"),
      (call.attrs.padding_idx ?? undefined) as number | undefined,
    ),
  dropout: (call) => nn.dropout(input(call), call.attrs.p as number, call.attrs.training as boolean),
  cosine_similarity: (call) =>
    nn.cosineSimilarity(input(call, "x1"), input(call, "x2"), optionsOf(call.attrs)),
  pairwise_distance: (call) =>
    nn.pairwiseDistance(input(call, "x1"), input(call, "x2"), optionsOf(call.attrs)),
};
