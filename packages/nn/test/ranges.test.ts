import { ChainruleError, Parameter, type Tensor, tensor, zeros } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";

const x = zeros([2, 4]);
const image = zeros([1, 2, 6, 6]);
const classes = tensor([0, 1], { dtype: "int32" });
const cell = () => new Parameter(zeros([2, 2]));
const [moments, signs] = [{ mean: zeros([4]), variance: zeros([4]) }, tensor([1, -1])];

/** Numbers that are in no range, or in that of some options only. */
const beyond = {
  "≥ 0": [-1e-9, Number.NaN, Number.POSITIVE_INFINITY],
  "> 0": [0, -1, Number.NaN],
  finite: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  "not 0": [0, Number.NaN, Number.POSITIVE_INFINITY],
  "in [0, 1]": [-0.1, 1.1, Number.NaN],
  "whole ≥ 0": [-1, 1.5, Number.NaN],
  "whole ≥ 1": [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY],
  whole: [0.5, Number.NaN],
  "a number": [Number.NaN],
} as const;
type Range = keyof typeof beyond;

/** Each option that is a number: the function or class that takes it, its range, and a call with it. */
const options: readonly (readonly [
  op: string,
  option: string,
  range: Range,
  call: (v: number) => unknown,
])[] = [
  ["layerNorm", "eps", "≥ 0", (eps) => nn.layerNorm(x, [4], { eps })],
  ["LayerNorm", "eps", "≥ 0", (eps) => new nn.LayerNorm(4, { eps })],
  ["rmsNorm", "eps", "≥ 0", (eps) => nn.rmsNorm(x, [4], { eps })],
  ["RMSNorm", "eps", "≥ 0", (eps) => new nn.RMSNorm(4, { eps })],
  ["groupNorm", "eps", "≥ 0", (eps) => nn.groupNorm(x, 2, { eps })],
  ["groupNorm", "numGroups", "whole ≥ 1", (groups) => nn.groupNorm(x, groups)],
  ["instanceNorm", "eps", "≥ 0", (eps) => nn.instanceNorm(image, { eps })],
  ["GroupNorm", "eps", "≥ 0", (eps) => new nn.GroupNorm(2, 4, { eps })],
  ["GroupNorm", "numGroups", "whole ≥ 1", (groups) => new nn.GroupNorm(groups, 4)],
  ["GroupNorm", "numChannels", "whole ≥ 0", (channels) => new nn.GroupNorm(1, channels)],
  ["batchNorm", "eps", "≥ 0", (eps) => nn.batchNorm(x, moments, { eps })],
  ["BatchNorm", "eps", "≥ 0", (eps) => new nn.BatchNorm1d(4, { eps })],
  ["BatchNorm", "momentum", "in [0, 1]", (momentum) => new nn.BatchNorm2d(4, { momentum })],
  ["BatchNorm", "numFeatures", "whole ≥ 0", (n) => new nn.BatchNorm1d(n)],
  ["normalize", "eps", "≥ 0", (eps) => nn.normalize(x, { eps })],
  ["normalize", "p", "a number", (p) => nn.normalize(x, { p })],
  ["cosineSimilarity", "eps", "≥ 0", (eps) => nn.cosineSimilarity(x, x, { eps })],
  ["pairwiseDistance", "eps", "≥ 0", (eps) => nn.pairwiseDistance(x, x, { eps })],
  ["pairwiseDistance", "p", "a number", (p) => nn.pairwiseDistance(x, x, { p })],
  ["dropout", "p", "in [0, 1]", (p) => nn.dropout(x, p)],
  ["Dropout", "p", "in [0, 1]", (p) => new nn.Dropout(p)],
  ["Linear", "inFeatures", "whole ≥ 0", (n) => new nn.Linear(n, 2)],
  ["Linear", "outFeatures", "whole ≥ 0", (n) => new nn.Linear(2, n)],
  ["Embedding", "numEmbeddings", "whole ≥ 0", (n) => new nn.Embedding(n, 2)],
  ["Embedding", "embeddingDim", "whole ≥ 0", (n) => new nn.Embedding(2, n)],
  ["embedding", "paddingIdx", "whole", (at) => nn.embedding(classes, x, at)],
  ["Conv2d", "inChannels", "whole ≥ 0", (n) => new nn.Conv2d(n, 2, 3)],
  ["Conv2d", "outChannels", "whole ≥ 0", (n) => new nn.Conv2d(2, n, 3)],
  ["Conv2d", "kernelSize", "whole ≥ 1", (size) => new nn.Conv2d(2, 2, size)],
  ["Conv1d", "groups", "whole ≥ 1", (groups) => new nn.Conv1d(2, 2, 3, { groups })],
  ["Conv3d", "stride", "whole ≥ 1", (stride) => new nn.Conv3d(2, 2, 3, { stride })],
  ["Conv2d", "dilation", "whole ≥ 1", (dilation) => new nn.Conv2d(2, 2, 3, { dilation })],
  ["Conv2d", "padding", "whole ≥ 0", (padding) => new nn.Conv2d(2, 2, 3, { padding })],
  ["conv2d", "groups", "whole ≥ 1", (groups) => nn.conv2d(image, zeros([2, 2, 3, 3]), null, { groups })],
  ["conv2d", "stride", "whole ≥ 1", (stride) => nn.conv2d(image, zeros([2, 2, 3, 3]), null, { stride })],
  ["conv2d", "padding", "whole ≥ 0", (padding) => nn.conv2d(image, zeros([2, 2, 3, 3]), null, { padding })],
  ...(["groups", "stride", "dilation"] as const).map(
    (name) =>
      [
        "convTranspose2d",
        name,
        "whole ≥ 1",
        (v: number) => nn.convTranspose2d(image, zeros([2, 2, 3, 3]), null, { [name]: v }),
      ] as const,
  ),
  ...(["padding", "outputPadding"] as const).map(
    (name) =>
      [
        "convTranspose2d",
        name,
        "whole ≥ 0",
        (v: number) => nn.convTranspose2d(image, zeros([2, 2, 3, 3]), null, { [name]: v }),
      ] as const,
  ),
  ["unfold", "kernelSize", "whole ≥ 1", (size) => nn.unfold(image, size)],
  ["unfold", "dilation", "whole ≥ 1", (dilation) => nn.unfold(image, 2, { dilation })],
  ["fold", "outputSize", "whole ≥ 1", (size) => nn.fold(zeros([1, 4, 9]), size, 2)],
  ["maxPool2d", "kernelSize", "whole ≥ 1", (size) => nn.maxPool2d(image, size)],
  ["maxPool2d", "dilation", "whole ≥ 1", (dilation) => nn.maxPool2d(image, 2, { dilation })],
  ["avgPool2d", "stride", "whole ≥ 1", (stride) => nn.avgPool2d(image, 2, { stride })],
  ["avgPool2d", "padding", "whole ≥ 0", (padding) => nn.avgPool2d(image, 2, { padding })],
  ["avgPool2d", "divisorOverride", "not 0", (divisorOverride) => nn.avgPool2d(image, 2, { divisorOverride })],
  ["adaptiveAvgPool2d", "outputSize", "whole ≥ 1", (size) => nn.adaptiveAvgPool2d(image, size)],
  ["lpPool2d", "p", "> 0", (p) => nn.lpPool2d(image, p, 2)],
  ["leakyRelu", "negativeSlope", "finite", (slope) => new nn.LeakyReLU(slope).forward(x)],
  ["elu", "alpha", "finite", (alpha) => new nn.ELU(alpha).forward(x)],
  ["softplus", "beta", "not 0", (beta) => new nn.Softplus(beta).forward(x)],
  ["MultiheadAttention", "numHeads", "whole ≥ 1", (heads) => new nn.MultiheadAttention(4, heads)],
  ["MultiheadAttention", "embedDim", "whole ≥ 0", (n) => new nn.MultiheadAttention(n, 1)],
  ["MultiheadAttention", "dropout", "in [0, 1]", (dropout) => new nn.MultiheadAttention(4, 2, { dropout })],
  [
    "scaledDotProductAttention",
    "scale",
    "finite",
    (scale) => nn.scaledDotProductAttention(x, x, x, { scale }),
  ],
  [
    "crossEntropy",
    "labelSmoothing",
    "in [0, 1]",
    (labelSmoothing) => nn.crossEntropy(x, classes, { labelSmoothing }),
  ],
  ["nllLoss", "ignoreIndex", "whole", (ignoreIndex) => nn.nllLoss(x, classes, { ignoreIndex })],
  ["huberLoss", "delta", "> 0", (delta) => nn.huberLoss(x, x, { delta })],
  ["smoothL1Loss", "beta", "≥ 0", (beta) => nn.smoothL1Loss(x, x, { beta })],
  ["poissonNllLoss", "eps", "≥ 0", (eps) => nn.poissonNllLoss(x, x, { eps })],
  ["gaussianNllLoss", "eps", "> 0", (eps) => nn.gaussianNllLoss(x, x, x, { eps })],
  ["hingeEmbeddingLoss", "margin", "finite", (margin) => nn.hingeEmbeddingLoss(x, x, { margin })],
  ["marginRankingLoss", "margin", "finite", (margin) => nn.marginRankingLoss(x, x, x, { margin })],
  ["cosineEmbeddingLoss", "margin", "finite", (margin) => nn.cosineEmbeddingLoss(x, x, signs, { margin })],
  ["tripletMarginLoss", "margin", "finite", (margin) => nn.tripletMarginLoss(x, x, x, { margin })],
  ["multiMarginLoss", "margin", "finite", (margin) => nn.multiMarginLoss(x, classes, { margin })],
  ["multiMarginLoss", "power", "not 0", (p) => nn.multiMarginLoss(x, classes, { p })],
  ["uniform", "low", "finite", (low) => nn.init.uniform(cell(), low)],
  ["normal", "mean", "finite", (mean) => nn.init.normal(cell(), mean)],
  ["normal", "std", "≥ 0", (std) => nn.init.normal(cell(), 0, std)],
  ["xavierUniform", "gain", "finite", (gain) => nn.init.xavierUniform(cell(), gain)],
  ["xavierNormal", "gain", "≥ 0", (gain) => nn.init.xavierNormal(cell(), gain)],
  ["calculateGain", "a", "finite", (a) => nn.init.kaimingUniform(cell(), { a })],
];

describe.each(options)("%s: %s is %s", (op, option, range, call) => {
  it.each(beyond[range])("the call throws for %s and names the option", (value) => {
    expect(() => call(value)).toThrow(ChainruleError);
    expect(() => call(value)).toThrow(new RegExp(`^${op}: .*${option}.*${value}`));
  });
});

describe("an option that is a word", () => {
  it.each<[string, (word: never) => unknown]>([
    ['gelu: approximate "fast"', (approximate) => new nn.GELU({ approximate }).forward(x)],
    [
      'mseLoss: reduction "fast" must be one of none, mean, sum',
      (reduction) => nn.mseLoss(x, x, { reduction }),
    ],
    [
      'klDiv: reduction "fast" must be one of none, mean, sum, batchMean',
      (reduction) => nn.klDiv(x, x, { reduction }),
    ],
    ['kaimingNormal: mode "fast" is none of', (mode) => nn.init.kaimingNormal(cell(), { mode })],
    ['calculateGain: nonlinearity "fast"', (nonlinearity) => nn.init.kaimingNormal(cell(), { nonlinearity })],
  ])("the call throws: %s", (message, call) => {
    expect(() => call("fast" as never)).toThrow(message);
  });
});

describe("outputPadding", () => {
  const transposed = (options: nn.ConvTransposeOptions): (() => Tensor)[] => [
    () => nn.convTranspose1d(zeros([1, 1, 2]), zeros([1, 1, 2]), null, options),
    () => nn.convTranspose2d(zeros([1, 1, 2, 2]), zeros([1, 1, 2, 2]), null, options),
    () => nn.convTranspose3d(zeros([1, 1, 2, 2, 2]), zeros([1, 1, 2, 2, 2]), null, options),
  ];
  it.each<[nn.ConvTransposeOptions]>([
    [{ outputPadding: 1 }],
    [{ outputPadding: 2, stride: 2 }],
    [{ outputPadding: 7, stride: 2 }],
    [{ outputPadding: 3, dilation: 3, stride: 2 }],
  ])("an outputPadding of at least stride and dilation throws: %j", (options) => {
    for (const call of transposed(options))
      expect(call).toThrow(/outputPadding .* must be smaller than the stride/);
  });

  it.each<[nn.ConvTransposeOptions, number]>([
    [{ outputPadding: 1, stride: 2 }, 5],
    [{ outputPadding: 2, dilation: 3 }, 7],
  ])("an outputPadding smaller than stride or dilation is accepted: %j", (options, size) => {
    for (const call of transposed(options)) expect(call().shape.at(-1)).toBe(size);
  });
});
