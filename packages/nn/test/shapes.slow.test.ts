import { ChainruleError, ones, type Shape, type Tensor, tensor, zeros } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, uniform } from "./draw.ts";

const shapes: readonly Shape[] = [[], [1], [3], [1, 3], [2, 1], [2, 3], [0, 3]];
const pairs = shapes.flatMap((a) => shapes.map((b) => [a, b] as const));
const none = { reduction: "none" } as const;

/** The shape to which both broadcast, by NumPy's rule; null where they do not. */
function broadcast(a: Shape, b: Shape): number[] | null {
  const rank = Math.max(a.length, b.length);
  const at = (s: Shape, i: number) => s[s.length - rank + i] ?? 1;
  const sizes = Array.from({ length: rank }, (_, i) => [at(a, i), at(b, i)] as const);
  return sizes.every(([m, n]) => m === n || m === 1 || n === 1)
    ? sizes.map(([m, n]) => (m === 1 ? n : m))
    : null;
}
const same = (a: Shape, b: Shape | null) => b !== null && a.join() === b.join();

/** PyTorch's answer or a refusal: the call on tensors that were expanded by hand, where `rule` gives a shape. */
function agrees(call: (a: Tensor, b: Tensor) => Tensor, a: Shape, b: Shape, to: Shape | null): void {
  const [x, y] = [uniform(a, 0.1, 0.9), uniform(b, 0.1, 0.9)];
  if (!to) return void expect(() => call(x, y)).toThrow(ChainruleError);
  const [got, right] = [call(x, y), call(x.expand(to), y.expand(to))];
  expect(got.shape).toEqual(right.shape);
  expect([...got.data()]).toEqual(close(right.data()));
}

describe("every pair of shapes", () => {
  it("cosineSimilarity and pairwiseDistance broadcast or throw, and count dims in the result", () => {
    for (const [a, b] of pairs) {
      const to = broadcast(a, b);
      for (const dim of [1, -2]) {
        const has = to && dim < to.length && -dim <= to.length;
        agrees((x, y) => nn.cosineSimilarity(x, y, { dim }), a, b, has ? to : null);
      }
      agrees((x, y) => nn.pairwiseDistance(x, y), a, b, to && to.length > 0 ? to : null);
    }
  });

  it.each<[string, (x: Tensor, t: Tensor) => Tensor]>([
    ["mseLoss", (x, t) => nn.mseLoss(x, t, none)],
    ["l1Loss", (x, t) => nn.l1Loss(x, t, none)],
    ["huberLoss", (x, t) => nn.huberLoss(x, t, none)],
    ["smoothL1Loss", (x, t) => nn.smoothL1Loss(x, t, none)],
  ])("%s accepts shapes of which one broadcasts to the other, and throws for others", (_name, loss) => {
    for (const [a, b] of pairs) {
      const to = broadcast(a, b);
      agrees(loss, a, b, same(a, to) || same(b, to) ? to : null);
    }
  });

  it.each<[string, (x: Tensor, t: Tensor) => Tensor]>([
    ["binaryCrossEntropy", (x, t) => nn.binaryCrossEntropy(x, t, none)],
    ["bceWithLogits", (x, t) => nn.bceWithLogits(x, t, none)],
    ["klDiv", (x, t) => nn.klDiv(x, t, none)],
    ["poissonNllLoss", (x, t) => nn.poissonNllLoss(x, t, none)],
    ["hingeEmbeddingLoss", (x, t) => nn.hingeEmbeddingLoss(x, t, none)],
    ["softMarginLoss", (x, t) => nn.softMarginLoss(x, t, none)],
    ["marginRankingLoss", (x, t) => nn.marginRankingLoss(x, x, t, none)],
    ["gaussianNllLoss", (x, t) => nn.gaussianNllLoss(x, t, t, none)],
  ])("%s accepts equal shapes, and throws for others", (_name, loss) => {
    for (const [a, b] of pairs) agrees(loss, a, b, same(a, b) ? a : null);
  });

  it("losses accept a weight that broadcasts to their shape, and throw for others", () => {
    for (const [a, b] of pairs) {
      const to = same(a, broadcast(a, b)) ? a : null;
      agrees((x, weight) => nn.bceWithLogits(x, x, { ...none, weight }), a, b, to);
      agrees((x, posWeight) => nn.bceWithLogits(x, x, { ...none, posWeight }), a, b, to);
      agrees((x, weight) => nn.binaryCrossEntropy(x, x, { ...none, weight }), a, b, to);
    }
  });

  it("gaussianNllLoss accepts a variance per element, per row, or one, and throws for others", () => {
    for (const [a, b] of pairs) {
      const rows = a.slice(0, -1);
      const [x, v] = [uniform(a), uniform(b, 0.5, 2)];
      const fits = [a, rows, a.length > 0 ? [...rows, 1] : [], []].some((fit) => same(b, fit));
      const call = () => nn.gaussianNllLoss(x, x, v, none);
      if (!fits) expect(call, `${a} ${b}`).toThrow(ChainruleError);
      else {
        const each = same(b, a) || b.length === 0 ? v : v.reshape([...rows, 1]);
        const right = nn.gaussianNllLoss(x, x, each.expand(a), none);
        expect([...call().data()], `${a} ${b}`).toEqual(close(right.data()));
      }
    }
  });
});

const int = (x: number[] | number[][]) => tensor(x, { dtype: "int32" });
const refused = "refused";

/** What each function gives of an empty batch, of a batch of one, and of a scalar, with PyTorch's shapes. */
const ends: Readonly<
  Record<
    string,
    readonly [(x: Tensor) => Tensor, Shape, Shape | "refused", Shape | "refused", Shape | "refused"]
  >
> = {
  linear: [(x) => nn.linear(x, ones([5, 4])), [4], [0, 5], [1, 5], refused],
  layerNorm: [(x) => nn.layerNorm(x, [4]), [4], [0, 4], [1, 4], refused],
  rmsNorm: [(x) => nn.rmsNorm(x, [4]), [4], [0, 4], [1, 4], refused],
  groupNorm: [(x) => nn.groupNorm(x, 2), [4], [0, 4], [1, 4], refused],
  "groupNorm of single values": [(x) => nn.groupNorm(x, 4), [4], [0, 4], refused, refused],
  instanceNorm: [(x) => nn.instanceNorm(x), [4, 2], [0, 4, 2], [1, 4, 2], refused],
  "instanceNorm of single values": [(x) => nn.instanceNorm(x), [4], refused, refused, refused],
  "batchNorm by the batch": [(x) => nn.batchNorm(x, null), [4], refused, refused, refused],
  "batchNorm by moments": [
    (x) => nn.batchNorm(x, { mean: zeros([4]), variance: ones([4]) }),
    [4],
    [0, 4],
    [1, 4],
    refused,
  ],
  normalize: [(x) => nn.normalize(x), [4], [0, 4], [1, 4], refused],
  dropout: [(x) => nn.dropout(x, 0.5), [4], [0, 4], [1, 4], []],
  conv1d: [(x) => nn.conv1d(x, ones([5, 4, 2])), [4, 3], [0, 5, 2], [1, 5, 2], refused],
  convTranspose1d: [(x) => nn.convTranspose1d(x, ones([4, 5, 2])), [4, 3], [0, 5, 4], [1, 5, 4], refused],
  unfold: [(x) => nn.unfold(x, 2), [1, 3, 3], [0, 4, 4], [1, 4, 4], refused],
  maxPool1d: [(x) => nn.maxPool1d(x, 2), [4, 6], [0, 4, 3], [1, 4, 3], refused],
  avgPool1d: [(x) => nn.avgPool1d(x, 2), [4, 6], [0, 4, 3], [1, 4, 3], refused],
  lpPool1d: [(x) => nn.lpPool1d(x, 2, 2), [4, 6], [0, 4, 3], [1, 4, 3], refused],
  adaptiveAvgPool1d: [(x) => nn.adaptiveAvgPool1d(x, 3), [4, 6], [0, 4, 3], [1, 4, 3], refused],
  adaptiveMaxPool1d: [(x) => nn.adaptiveMaxPool1d(x, 3), [4, 6], [0, 4, 3], [1, 4, 3], refused],
  scaledDotProductAttention: [
    (x) => nn.scaledDotProductAttention(x, x, x),
    [3, 4],
    [0, 3, 4],
    [1, 3, 4],
    refused,
  ],
  multiheadAttention: [
    (x) => new nn.MultiheadAttention(4, 2, { batchFirst: true }).forward(x).output,
    [3, 4],
    [0, 3, 4],
    [1, 3, 4],
    refused,
  ],
  embedding: [(x) => nn.embedding(x.to("int32"), ones([3, 2])), [4], [0, 4, 2], [1, 4, 2], [2]],
  bilinear: [(x) => nn.bilinear(x, x, ones([5, 4, 4])), [4], [0, 5], [1, 5], refused],
  crossEntropy: [
    (x) => nn.crossEntropy(x, zeros(x.shape.slice(0, 1), { dtype: "int32" }), none),
    [4],
    [0],
    [1],
    refused,
  ],
  nllLoss: [
    (x) => nn.nllLoss(x, zeros(x.shape.slice(0, 1), { dtype: "int32" }), none),
    [4],
    [0],
    [1],
    refused,
  ],
  multiMarginLoss: [
    (x) => nn.multiMarginLoss(x, zeros(x.shape.slice(0, 1), { dtype: "int32" }), none),
    [4],
    [0],
    [1],
    refused,
  ],
  multilabelMarginLoss: [
    (x) => nn.multilabelMarginLoss(x, zeros(x.shape, { dtype: "int32" }), none),
    [4],
    [0],
    [1],
    refused,
  ],
  multilabelSoftMarginLoss: [(x) => nn.multilabelSoftMarginLoss(x, x, none), [4], [0], [1], refused],
  cosineEmbeddingLoss: [
    (x) => nn.cosineEmbeddingLoss(x, x, ones(x.shape.slice(0, 1)), none),
    [4],
    [0],
    [1],
    refused,
  ],
  tripletMarginLoss: [(x) => nn.tripletMarginLoss(x, x, x, none), [4], [0], [1], refused],
  mseLoss: [(x) => nn.mseLoss(x, x, none), [4], [0, 4], [1, 4], []],
  bceWithLogits: [(x) => nn.bceWithLogits(x, x, none), [4], [0, 4], [1, 4], []],
  klDiv: [(x) => nn.klDiv(x, x, none), [4], [0, 4], [1, 4], []],
  "klDiv by batchMean": [(x) => nn.klDiv(x, x, { reduction: "batchMean" }), [4], [], [], refused],
};

describe.each(Object.entries(ends))("%s", (_name, [f, rest, empty, one, scalar]) => {
  it.each<[string, Shape, Shape | "refused"]>([
    ["an empty batch", [0, ...rest], empty],
    ["a batch of one", [1, ...rest], one],
    ["a scalar", [], scalar],
  ])("the result of %s has PyTorch's shape, or the call throws", (_what, from, to) => {
    const x = zeros(from);
    if (to === refused) return void expect(() => f(x)).toThrow(ChainruleError);
    const y = f(x);
    expect(y.shape).toEqual(to);
    expect(y.data()).toHaveLength(to.reduce((n, d) => n * d, 1));
  });
});

it("attention without queries is empty, and without keys 0", () => {
  const [x, empty] = [ones([3, 4]), ones([0, 4])];
  expect(nn.scaledDotProductAttention(empty, x, x).shape).toEqual([0, 4]);
  expect([...nn.scaledDotProductAttention(x, empty, empty).data()]).toEqual(new Array(12).fill(0));
  expect(nn.crossEntropy(zeros([0, 3]), int([]).reshape([0])).item()).toBeNaN();
});

it("functions of layers throw for a weight that would broadcast", () => {
  const x = ones([2, 4]);
  for (const weight of [ones([1]), ones([2, 4]), ones([])])
    for (const call of [
      () => nn.layerNorm(x, [4], { weight }),
      () => nn.rmsNorm(x, [4], { weight }),
      () => nn.groupNorm(x, 2, { weight }),
      () => nn.batchNorm(x, null, { bias: weight }),
      () => nn.batchNorm(x, { mean: weight, variance: ones([4]) }),
    ])
      expect(call).toThrow(/must be \[4\]/);
  expect(() => nn.linear(x, ones([5, 4]), ones([2, 5]))).toThrow("linear: bias [2, 5] must be [5]");
});
