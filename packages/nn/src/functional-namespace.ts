/** The namespace `functional`, PyTorch's `torch.nn.functional`: activations, and the functions of layers and losses. */
export {
  celu,
  elu,
  gelu,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  mish,
  oneHot,
  pad,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
  threshold,
} from "./functional/activations.ts";
export { bilinear } from "./functional/bilinear.ts";
export { cosineSimilarity, pairwiseDistance } from "./functional/distance.ts";
export { normalize } from "./functional/normalize.ts";
export { scaledDotProductAttention } from "./functional/scaled-dot-product-attention.ts";
export { fold, unfold } from "./functional/unfold.ts";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "./layers/adaptive-pool.ts";
export { avgPool1d, avgPool2d, avgPool3d } from "./layers/avg-pool.ts";
export { batchNorm } from "./layers/batch-norm.ts";
export { conv1d, conv2d, conv3d } from "./layers/conv.ts";
export { convTranspose1d, convTranspose2d, convTranspose3d } from "./layers/conv-transpose.ts";
export { dropout } from "./layers/dropout.ts";
export { embedding } from "./layers/embedding.ts";
export { groupNorm, instanceNorm } from "./layers/group-norm.ts";
export { layerNorm } from "./layers/layer-norm.ts";
export { linear } from "./layers/linear.ts";
export { lpPool1d, lpPool2d } from "./layers/lp-pool.ts";
export {
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
} from "./layers/max-pool.ts";
export { multiheadAttention } from "./layers/multihead-attention.ts";
export { rmsNorm } from "./layers/rms-norm.ts";
export { bceWithLogits, binaryCrossEntropyWithLogits } from "./losses/bce-with-logits.ts";
export { binaryCrossEntropy } from "./losses/binary-cross-entropy.ts";
export { cosineEmbeddingLoss } from "./losses/cosine-embedding-loss.ts";
export { crossEntropy } from "./losses/cross-entropy.ts";
export { gaussianNllLoss } from "./losses/gaussian-nll-loss.ts";
export { hingeEmbeddingLoss } from "./losses/hinge-embedding-loss.ts";
export { huberLoss, smoothL1Loss } from "./losses/huber-loss.ts";
export { klDiv } from "./losses/kl-div.ts";
export { l1Loss } from "./losses/l1-loss.ts";
export { marginRankingLoss } from "./losses/margin-ranking-loss.ts";
export { mseLoss } from "./losses/mse-loss.ts";
export { multiMarginLoss } from "./losses/multi-margin-loss.ts";
export { multilabelMarginLoss } from "./losses/multilabel-margin-loss.ts";
export { multilabelSoftMarginLoss } from "./losses/multilabel-soft-margin-loss.ts";
export { nllLoss } from "./losses/nll-loss.ts";
export { poissonNllLoss } from "./losses/poisson-nll-loss.ts";
export { softMarginLoss } from "./losses/soft-margin-loss.ts";
export { tripletMarginLoss } from "./losses/triplet-margin-loss.ts";
