export * as init from "./init.ts";
export * from "./layers/activations.ts";
export {
  BatchNorm1d,
  type BatchNormOptions,
  batchNorm,
  momentsOf,
  runningMoments,
} from "./layers/batchNorm.ts";
export { bilinear } from "./layers/bilinear.ts";
export { Dropout, type DropoutOptions, dropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions, embedding } from "./layers/embedding.ts";
export { Flatten } from "./layers/flatten.ts";
export { GroupNorm, groupNorm, instanceNorm } from "./layers/groupNorm.ts";
export { LayerNorm, type LayerNormOptions, layerNorm } from "./layers/layerNorm.ts";
export { Linear, type LinearOptions, linear } from "./layers/linear.ts";
export { type NormalizeOptions, normalize } from "./layers/normalize.ts";
export type { ParameterOptions } from "./layers/parameter.ts";
export { RMSNorm, rmsNorm } from "./layers/rmsNorm.ts";
export { Sequential } from "./layers/sequential.ts";
export type { Moments, NormOptions } from "./layers/standardise.ts";
export { bceWithLogits, type LogitOptions } from "./losses/bceWithLogits.ts";
export { binaryCrossEntropy } from "./losses/binaryCrossEntropy.ts";
export { cosineEmbeddingLoss } from "./losses/cosineEmbeddingLoss.ts";
export { type CrossEntropyOptions, crossEntropy } from "./losses/crossEntropy.ts";
export {
  type CosineOptions,
  cosineSimilarity,
  type DistanceOptions,
  pairwiseDistance,
} from "./losses/distance.ts";
export { type GaussianNllOptions, gaussianNllLoss } from "./losses/gaussianNllLoss.ts";
export { hingeEmbeddingLoss, type MarginOptions } from "./losses/hingeEmbeddingLoss.ts";
export { type HuberOptions, huberLoss, type SmoothL1Options, smoothL1Loss } from "./losses/huberLoss.ts";
export { type KLDivOptions, klDiv } from "./losses/klDiv.ts";
export { l1Loss } from "./losses/l1Loss.ts";
export { marginRankingLoss } from "./losses/marginRankingLoss.ts";
export * from "./losses/modules.ts";
export { mseLoss } from "./losses/mseLoss.ts";
export { multilabelMarginLoss } from "./losses/multilabelMarginLoss.ts";
export { multilabelSoftMarginLoss } from "./losses/multilabelSoftMarginLoss.ts";
export { type MultiMarginOptions, multiMarginLoss } from "./losses/multiMarginLoss.ts";
export { type ClassOptions, nllLoss } from "./losses/nllLoss.ts";
export { type PoissonNllOptions, poissonNllLoss } from "./losses/poissonNllLoss.ts";
export type { LossOptions, Reduction, WeightedOptions } from "./losses/reduction.ts";
export { softMarginLoss } from "./losses/softMarginLoss.ts";
export { type TripletMarginOptions, tripletMarginLoss } from "./losses/tripletMarginLoss.ts";
export { Layer, type LoadOptions, Module, type StateDict } from "./module.ts";
