export * as init from "./init.ts";
export * from "./layers/activations.ts";
export {
  BatchNorm1d,
  type BatchNormOptions,
  batchNorm,
  type Moments,
  momentsOf,
  runningMoments,
} from "./layers/batchNorm.ts";
export { Dropout, type DropoutOptions, dropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions, embedding } from "./layers/embedding.ts";
export { Flatten } from "./layers/flatten.ts";
export { LayerNorm, layerNorm, type NormOptions } from "./layers/layerNorm.ts";
export { Linear, linear, type ParameterOptions } from "./layers/linear.ts";
export { Sequential } from "./layers/sequential.ts";
export { bceWithLogits, type LogitOptions } from "./losses/bceWithLogits.ts";
export { binaryCrossEntropy } from "./losses/binaryCrossEntropy.ts";
export { type ClassOptions, type CrossEntropyOptions, crossEntropy, nllLoss } from "./losses/crossEntropy.ts";
export { type HuberOptions, huberLoss, type SmoothL1Options, smoothL1Loss } from "./losses/huberLoss.ts";
export { type KLDivOptions, klDiv } from "./losses/klDiv.ts";
export { l1Loss } from "./losses/l1Loss.ts";
export * from "./losses/modules.ts";
export { mseLoss } from "./losses/mseLoss.ts";
export type { LossOptions, Reduction, WeightedOptions } from "./losses/reduction.ts";
export { Layer, type LoadOptions, Module, type StateDict } from "./module.ts";
