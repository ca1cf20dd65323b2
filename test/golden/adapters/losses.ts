import type { Tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import type { Adapter, Adapters, Call } from "../adapter.ts";
import { optionsOf } from "./optimizers.ts";

/** A loss function with its tensors under PyTorch's names, and everything else of the call as its options. */
const loss =
  <X extends Tensor[]>(f: (...args: [...X, options?: object]) => Tensor, ...names: string[]): Adapter =>
  ({ inputs, attrs }: Call) => {
    const tensors = names.map((name) => inputs[name]) as X;
    const others = Object.entries(inputs).filter(([name]) => !names.includes(name));
    return f(...tensors, optionsOf({ ...Object.fromEntries(others), ...attrs }));
  };

const pair = ["input", "target"] as const;

export const losses: Adapters = {
  binary_cross_entropy: loss(nn.binaryCrossEntropy, ...pair),
  binary_cross_entropy_with_logits: loss(nn.bceWithLogits, ...pair),
  cross_entropy: loss(nn.crossEntropy, ...pair),
  nll_loss: loss(nn.nllLoss, ...pair),
  mse_loss: loss(nn.mseLoss, ...pair),
  l1_loss: loss(nn.l1Loss, ...pair),
  smooth_l1_loss: loss(nn.smoothL1Loss, ...pair),
  huber_loss: loss(nn.huberLoss, ...pair),
  kl_div: ({ inputs, attrs: { reduction, ...attrs } }) =>
    loss(
      nn.klDiv,
      ...pair,
    )({
      inputs,
      attrs: reduction === "batchmean" ? { ...attrs, reduction: "batchMean" } : { ...attrs, reduction },
    }),
  poisson_nll_loss: loss(nn.poissonNllLoss, ...pair),
  gaussian_nll_loss: loss(nn.gaussianNllLoss, ...pair, "var"),
  hinge_embedding_loss: loss(nn.hingeEmbeddingLoss, ...pair),
  margin_ranking_loss: loss(nn.marginRankingLoss, "input1", "input2", "target"),
  cosine_embedding_loss: loss(nn.cosineEmbeddingLoss, "input1", "input2", "target"),
  soft_margin_loss: loss(nn.softMarginLoss, ...pair),
  triplet_margin_loss: loss(nn.tripletMarginLoss, "anchor", "positive", "negative"),
  multi_margin_loss: loss(nn.multiMarginLoss, ...pair),
  multilabel_margin_loss: loss(nn.multilabelMarginLoss, ...pair),
  multilabel_soft_margin_loss: loss(nn.multilabelSoftMarginLoss, ...pair),
};
