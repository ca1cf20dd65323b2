export type { GELUOptions } from "./functional/activations.ts";
export { bilinear } from "./functional/bilinear.ts";
export {
  type CosineOptions,
  cosineSimilarity,
  type DistanceOptions,
  pairwiseDistance,
} from "./functional/distance.ts";
export { type NormalizeOptions, normalize } from "./functional/normalize.ts";
export type { PoolOptions } from "./functional/pooling.ts";
export {
  type AttentionOptions,
  scaledDotProductAttention,
} from "./functional/scaled-dot-product-attention.ts";
export type { PerAxis } from "./functional/sliding-windows.ts";
export type { Moments, NormOptions } from "./functional/standardise.ts";
export { fold, type UnfoldOptions, unfold } from "./functional/unfold.ts";
export * as functional from "./functional-namespace.ts";
export * as init from "./init.ts";
export {
  ELU,
  GELU,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from "./layers/activations.ts";
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type OutputSize,
} from "./layers/adaptive-pool.ts";
export {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
} from "./layers/avg-pool.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormOptions,
  batchNorm,
  momentsOf,
  runningMoments,
} from "./layers/batch-norm.ts";
export {
  Conv1d,
  Conv2d,
  Conv3d,
  type ConvLayerOptions,
  type ConvOptions,
  conv1d,
  conv2d,
  conv3d,
} from "./layers/conv.ts";
export {
  type ConvTransposeOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "./layers/conv-transpose.ts";
export { Dropout, type DropoutOptions, dropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions, embedding } from "./layers/embedding.ts";
export { Flatten } from "./layers/flatten.ts";
export type { FunctionLayer } from "./layers/function-layer.ts";
export { GroupNorm, groupNorm, instanceNorm } from "./layers/group-norm.ts";
export { LayerNorm, type LayerNormOptions, layerNorm } from "./layers/layer-norm.ts";
export { Linear, type LinearOptions, linear } from "./layers/linear.ts";
export { type LpPoolOptions, lpPool1d, lpPool2d } from "./layers/lp-pool.ts";
export {
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
  type PooledWithIndices,
} from "./layers/max-pool.ts";
export {
  type AttentionOutput,
  MultiheadAttention,
  type MultiheadAttentionLayerOptions,
  type MultiheadAttentionOptions,
  type MultiheadAttentionState,
  multiheadAttention,
} from "./layers/multihead-attention.ts";
export { RMSNorm, rmsNorm } from "./layers/rms-norm.ts";
export { Sequential } from "./layers/sequential.ts";
export {
  BCEWithLogitsLoss,
  bceWithLogits,
  binaryCrossEntropyWithLogits,
  type LogitOptions,
} from "./losses/bce-with-logits.ts";
export { BCELoss, binaryCrossEntropy } from "./losses/binary-cross-entropy.ts";
export { CosineEmbeddingLoss, cosineEmbeddingLoss } from "./losses/cosine-embedding-loss.ts";
export { CrossEntropyLoss, type CrossEntropyOptions, crossEntropy } from "./losses/cross-entropy.ts";
export { GaussianNLLLoss, type GaussianNllOptions, gaussianNllLoss } from "./losses/gaussian-nll-loss.ts";
export { HingeEmbeddingLoss, hingeEmbeddingLoss, type MarginOptions } from "./losses/hinge-embedding-loss.ts";
export {
  HuberLoss,
  type HuberOptions,
  huberLoss,
  SmoothL1Loss,
  type SmoothL1Options,
  smoothL1Loss,
} from "./losses/huber-loss.ts";
export { KLDivLoss, type KLDivOptions, klDiv } from "./losses/kl-div.ts";
export { L1Loss, l1Loss } from "./losses/l1-loss.ts";
export type { Loss } from "./losses/loss-module.ts";
export { MarginRankingLoss, marginRankingLoss } from "./losses/margin-ranking-loss.ts";
export { MSELoss, mseLoss } from "./losses/mse-loss.ts";
export { MultiMarginLoss, type MultiMarginOptions, multiMarginLoss } from "./losses/multi-margin-loss.ts";
export { MultiLabelMarginLoss, multilabelMarginLoss } from "./losses/multilabel-margin-loss.ts";
export { MultiLabelSoftMarginLoss, multilabelSoftMarginLoss } from "./losses/multilabel-soft-margin-loss.ts";
export { type ClassOptions, NLLLoss, nllLoss } from "./losses/nll-loss.ts";
export { PoissonNLLLoss, type PoissonNllOptions, poissonNllLoss } from "./losses/poisson-nll-loss.ts";
export type { LossOptions, Reduction, WeightedOptions } from "./losses/reduction.ts";
export { SoftMarginLoss, softMarginLoss } from "./losses/soft-margin-loss.ts";
export {
  TripletMarginLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from "./losses/triplet-margin-loss.ts";
export { Layer, type LoadOptions, Module, type StateDict } from "./module.ts";
export type { ParameterOptions } from "./parameter.ts";
