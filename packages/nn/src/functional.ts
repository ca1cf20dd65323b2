/** All functions of layers and losses, and activations as functions: what PyTorch calls `torch.nn.functional`. */
export * from "./activations.ts";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "./layers/adaptivePool.ts";
export { avgPool1d, avgPool2d, avgPool3d } from "./layers/avgPool.ts";
export { batchNorm } from "./layers/batchNorm.ts";
export { bilinear } from "./layers/bilinear.ts";
export { conv1d, conv2d, conv3d } from "./layers/conv.ts";
export { convTranspose1d, convTranspose2d, convTranspose3d } from "./layers/convTranspose.ts";
export { dropout } from "./layers/dropout.ts";
export { embedding } from "./layers/embedding.ts";
export { groupNorm, instanceNorm } from "./layers/groupNorm.ts";
export { layerNorm } from "./layers/layerNorm.ts";
export { linear } from "./layers/linear.ts";
export { lpPool1d, lpPool2d } from "./layers/lpPool.ts";
export {
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
} from "./layers/maxPool.ts";
export { multiheadAttention } from "./layers/multiheadAttention.ts";
export { normalize } from "./layers/normalize.ts";
export { rmsNorm } from "./layers/rmsNorm.ts";
export { scaledDotProductAttention } from "./layers/scaledDotProductAttention.ts";
export { fold, unfold } from "./layers/unfold.ts";
export { bceWithLogits, binaryCrossEntropyWithLogits } from "./losses/bceWithLogits.ts";
export { binaryCrossEntropy } from "./losses/binaryCrossEntropy.ts";
export { cosineEmbeddingLoss } from "./losses/cosineEmbeddingLoss.ts";
export { crossEntropy } from "./losses/crossEntropy.ts";
export { cosineSimilarity, pairwiseDistance } from "./losses/distance.ts";
export { gaussianNllLoss } from "./losses/gaussianNllLoss.ts";
export { hingeEmbeddingLoss } from "./losses/hingeEmbeddingLoss.ts";
export { huberLoss, smoothL1Loss } from "./losses/huberLoss.ts";
export { klDiv } from "./losses/klDiv.ts";
export { l1Loss } from "./losses/l1Loss.ts";
export { marginRankingLoss } from "./losses/marginRankingLoss.ts";
export { mseLoss } from "./losses/mseLoss.ts";
export { multilabelMarginLoss } from "./losses/multilabelMarginLoss.ts";
export { multilabelSoftMarginLoss } from "./losses/multilabelSoftMarginLoss.ts";
export { multiMarginLoss } from "./losses/multiMarginLoss.ts";
export { nllLoss } from "./losses/nllLoss.ts";
export { poissonNllLoss } from "./losses/poissonNllLoss.ts";
export { softMarginLoss } from "./losses/softMarginLoss.ts";
export { tripletMarginLoss } from "./losses/tripletMarginLoss.ts";
