import { ChainruleError, type Tensor, tensor, zeros } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";

const int = (x: Parameters<typeof tensor>[0]) => tensor(x, { dtype: "int32" });
const x = zeros([2, 3]);
const half = x.add(0.5);

/** Losses of two tensors that must have one shape. */
const sameShape = {
  binaryCrossEntropy: nn.binaryCrossEntropy,
  bceWithLogits: nn.bceWithLogits,
  klDiv: nn.klDiv,
  poissonNllLoss: nn.poissonNllLoss,
  gaussianNllLoss: (a: Tensor, b: Tensor) => nn.gaussianNllLoss(a, b, a),
  hingeEmbeddingLoss: nn.hingeEmbeddingLoss,
  marginRankingLoss: (a: Tensor, b: Tensor) => nn.marginRankingLoss(a, a, b),
  cosineEmbeddingLoss: (a: Tensor, b: Tensor) => nn.cosineEmbeddingLoss(a, b, zeros([2])),
  softMarginLoss: nn.softMarginLoss,
  tripletMarginLoss: (a: Tensor, b: Tensor) => nn.tripletMarginLoss(a, a, b),
  multilabelMarginLoss: nn.multilabelMarginLoss,
  multilabelSoftMarginLoss: nn.multilabelSoftMarginLoss,
  mseLoss: nn.mseLoss,
  l1Loss: nn.l1Loss,
  huberLoss: nn.huberLoss,
  smoothL1Loss: nn.smoothL1Loss,
};

describe.each(Object.entries(sameShape))("%s", (name, loss: (a: Tensor, b: Tensor) => Tensor) => {
  it("the loss throws for different shapes and names both", () => {
    for (const other of [zeros([2, 4]), zeros([3, 2]), zeros([2])])
      expect(() => loss(x, other)).toThrow(
        new RegExp(`^${name}: .*\\[2, 3\\].*\\[${other.shape.join(", ")}\\]`),
      );
  });
});

it.each([
  ["Dropout(0.5)", () => new nn.Dropout({ p: 0.5 } as never)],
  ["Linear(2, 1, { bias })", () => new nn.Linear({ inFeatures: 2, outFeatures: 1, bias: false } as never, 1)],
  ["maxPool2d(x, 2)", () => nn.maxPool2d(x, { kernelSize: 2 } as never)],
])("arguments by name throw an error that shows the intended call: %s", (meant, call) => {
  expect(call).toThrow(`Did you mean ${meant}?`);
});

it("forward without its module throws an error that says how to call it", () => {
  const { forward } = new nn.Linear(2, 1);
  expect(() => forward(x)).toThrow(
    "forward: is a method, and was called without its module. Did you mean (x) => model.forward(x)?",
  );
});

describe.each([
  ["crossEntropy", nn.crossEntropy],
  ["nllLoss", nn.nllLoss],
  ["multiMarginLoss", nn.multiMarginLoss],
])("%s", (name, loss: (input: Tensor, target: Tensor, options?: nn.WeightedOptions) => Tensor) => {
  it.each([3, -1])("the loss throws at the call for class %s of 3 and names it", (wrong) => {
    expect(() => loss(x, int([0, wrong]))).toThrow(
      `${name}: class ${wrong} is out of range: there are 3 classes`,
    );
  });

  it("the loss throws when it is computed for a class that was not known before", () => {
    const later = int([0, 1]).mul(3);
    const y = loss(x, later);
    expect(() => y.item()).toThrow(/index 3 is out of range for dim 1 of size 3/);
  });

  it("the loss throws for class indices of another shape, naming both, or of another dtype", () => {
    expect(() => loss(x, int([0, 1, 2]))).toThrow(`${name}: input [2, 3] and target [3]`);
    expect(() => loss(x, tensor([0, 1]))).toThrow(`${name}: class indices are float32`);
  });

  it("the loss throws for another number of class weights, and for a scalar", () => {
    expect(() => loss(x, int([0, 1]), { weight: zeros([2]) })).toThrow(`${name}: weight [2] must have`);
    expect(() => loss(tensor(1), int(0))).toThrow(`${name}: a scalar has no class axis`);
  });
});

describe("losses of limited arguments", () => {
  it.each([1.5, -0.1, Number.NaN])(
    "binaryCrossEntropy throws for the probability %s when it is computed",
    (p) => {
      const y = nn.binaryCrossEntropy(tensor([0.5, p]), tensor([1, 0]));
      expect(() => y.item()).toThrow(
        `element 1 is ${Math.fround(p)}; probabilities must be in [0, 1]. Did you mean bceWithLogits?`,
      );
    },
  );

  it("gaussianNllLoss throws for negative variances when it is computed", () => {
    const y = nn.gaussianNllLoss(x, x, tensor([1, -1]));
    expect(() => y.item()).toThrow("element 3 is -1; variances must not be negative");
  });

  it.each<[string, () => unknown]>([
    [
      "weight [2] does not broadcast to [2, 3]",
      () => nn.binaryCrossEntropy(half, half, { weight: zeros([2]) }),
    ],
    ["weight [4, 2, 3] does not", () => nn.bceWithLogits(x, x, { weight: zeros([4, 2, 3]) })],
    ["posWeight [2] does not", () => nn.bceWithLogits(x, x, { posWeight: zeros([2]) })],
    ["variance [3] must have one element", () => nn.gaussianNllLoss(x, x, zeros([3]))],
    ["delta 0 must be a number > 0, or Infinity", () => nn.huberLoss(x, x, { delta: 0 })],
    ["beta -1 must be a finite number ≥ 0", () => nn.smoothL1Loss(x, x, { beta: -1 })],
    ["labelSmoothing 2 must be in [0, 1]", () => nn.crossEntropy(x, int([0, 1]), { labelSmoothing: 2 })],
    ["power 3 must be 1 or 2", () => nn.multiMarginLoss(x, int([0, 1]), { p: 3 })],
    ["the target must have one element for each vector", () => nn.cosineEmbeddingLoss(x, x, zeros([3]))],
    ["reshape([2, 1])", () => nn.mseLoss(zeros([2, 1]), zeros([2]))],
    ["batchMean needs a batch axis", () => nn.klDiv(tensor(0), tensor(0), { reduction: "batchMean" })],
  ])("the loss throws: %s", (message, call) => {
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});

describe("layers", () => {
  it.each<[string, () => unknown]>([
    ["linear: input [2, 3] and weight [4, 2]", () => nn.linear(x, zeros([4, 2]))],
    ["linear: input [2, 3] and weight [7, 4]", () => new nn.Linear(4, 7).forward(x)],
    ["layerNorm: [2, 3] does not end in the normalized shape [2]", () => nn.layerNorm(x, [2])],
    ["layerNorm: [2, 3] does not end in the normalized shape []", () => nn.layerNorm(x, [])],
    ["rmsNorm: [2, 3] does not end in", () => new nn.RMSNorm([4, 2, 3]).forward(x)],
    ["groupNorm: [2, 3] must be", () => nn.groupNorm(x, 2)],
    ["BatchNorm1d: [2, 3] is not [N, 4, …]", () => new nn.BatchNorm1d(4).forward(x)],
    ["BatchNorm1d: [2, 3, 1, 1] is not", () => new nn.BatchNorm1d(3).forward(zeros([2, 3, 1, 1]))],
    ["batchNorm: training needs", () => new nn.BatchNorm1d(3).forward(zeros([1, 3]))],
    ['Linear: dtype "int32" must be float32 or float64', () => new nn.Linear(2, 3, { dtype: "int32" })],
    ['Conv1d: dtype "bool" must be float32 or float64', () => new nn.Conv1d(1, 1, 1, { dtype: "bool" })],
    ["Dropout: p 1.5 must be in [0, 1]", () => new nn.Dropout(1.5)],
    ["dropout: p NaN must be in [0, 1]", () => nn.dropout(x, Number.NaN)],
    ["paddingIdx 5 is out of range: there are 5 entries", () => new nn.Embedding(5, 2, { paddingIdx: 5 })],
    ["index 5 is out of range", () => new nn.Embedding(5, 2).forward(int([0, 5])).data()],
    ["[3] has no inputs and outputs", () => nn.init.xavierNormal(new nn.Linear(2, 3).bias as never)],
  ])("the layer throws: %s", (message, call) => {
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });

  it("BatchNorm1d keeps its running statistics where it throws for the input", () => {
    const layer = new nn.BatchNorm1d(3);
    expect(() => layer.forward(zeros([1, 3]))).toThrow(ChainruleError);
    expect([...layer.runningMean.data(), ...layer.runningVar.data()]).toEqual([0, 0, 0, 1, 1, 1]);
  });
});
