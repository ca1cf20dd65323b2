export type { GELUOptions } from "./activations.ts";
export * as functional from "./functional.ts";
export * as init from "./init.ts";
export * from "./layers/activations.ts";
export * from "./layers/adaptivePool.ts";
export * from "./layers/avgPool.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormOptions,
  batchNorm,
  momentsOf,
  runningMoments,
} from "./layers/batchNorm.ts";
export { bilinear } from "./layers/bilinear.ts";
export * from "./layers/conv.ts";
export * from "./layers/convTranspose.ts";
export { Dropout, type DropoutOptions, dropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions, embedding } from "./layers/embedding.ts";
export { Flatten } from "./layers/flatten.ts";
export type { FunctionLayer } from "./layers/functionLayer.ts";
export { GroupNorm, groupNorm, instanceNorm } from "./layers/groupNorm.ts";
export { LayerNorm, type LayerNormOptions, layerNorm } from "./layers/layerNorm.ts";
export { Linear, type LinearOptions, linear } from "./layers/linear.ts";
export * from "./layers/lpPool.ts";
export * from "./layers/maxPool.ts";
export * from "./layers/multiheadAttention.ts";
export { type NormalizeOptions, normalize } from "./layers/normalize.ts";
export type { ParameterOptions } from "./layers/parameter.ts";
export type { PoolOptions } from "./layers/pooling.ts";
export { RMSNorm, rmsNorm } from "./layers/rmsNorm.ts";
export { type AttentionOptions, scaledDotProductAttention } from "./layers/scaledDotProductAttention.ts";
export { Sequential } from "./layers/sequential.ts";
export type { PerAxis } from "./layers/spatial.ts";
export type { Moments, NormOptions } from "./layers/standardise.ts";
export * from "./layers/unfold.ts";
export {
  BCEWithLogitsLoss,
  bceWithLogits,
  binaryCrossEntropyWithLogits,
  type LogitOptions,
} from "./losses/bceWithLogits.ts";
export { BCELoss, binaryCrossEntropy } from "./losses/binaryCrossEntropy.ts";
export { CosineEmbeddingLoss, cosineEmbeddingLoss } from "./losses/cosineEmbeddingLoss.ts";
export { CrossEntropyLoss, type CrossEntropyOptions, crossEntropy } from "./losses/crossEntropy.ts";
export {
  type CosineOptions,
  cosineSimilarity,
  type DistanceOptions,
  pairwiseDistance,
} from "./losses/distance.ts";
export { GaussianNLLLoss, type GaussianNllOptions, gaussianNllLoss } from "./losses/gaussianNllLoss.ts";
export { HingeEmbeddingLoss, hingeEmbeddingLoss, type MarginOptions } from "./losses/hingeEmbeddingLoss.ts";
export {
  HuberLoss,
  type HuberOptions,
  huberLoss,
  SmoothL1Loss,
  type SmoothL1Options,
  smoothL1Loss,
} from "./losses/huberLoss.ts";
export { KLDivLoss, type KLDivOptions, klDiv } from "./losses/klDiv.ts";
export { L1Loss, l1Loss } from "./losses/l1Loss.ts";
export type { Loss } from "./losses/loss.ts";
export { MarginRankingLoss, marginRankingLoss } from "./losses/marginRankingLoss.ts";
export { MSELoss, mseLoss } from "./losses/mseLoss.ts";
export { MultiLabelMarginLoss, multilabelMarginLoss } from "./losses/multilabelMarginLoss.ts";
export { MultiLabelSoftMarginLoss, multilabelSoftMarginLoss } from "./losses/multilabelSoftMarginLoss.ts";
export { MultiMarginLoss, type MultiMarginOptions, multiMarginLoss } from "./losses/multiMarginLoss.ts";
export { type ClassOptions, NLLLoss, nllLoss } from "./losses/nllLoss.ts";
export { PoissonNLLLoss, type PoissonNllOptions, poissonNllLoss } from "./losses/poissonNllLoss.ts";
export type { LossOptions, Reduction, WeightedOptions } from "./losses/reduction.ts";
export { SoftMarginLoss, softMarginLoss } from "./losses/softMarginLoss.ts";
export {
  TripletMarginLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from "./losses/tripletMarginLoss.ts";
export { Layer, type LoadOptions, Module, type StateDict } from "./module.ts";
