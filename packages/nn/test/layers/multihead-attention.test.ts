import { ChainruleError, type Tensor, tensor, zeros } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, rowsOf, uniform } from "../draw.ts";

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((s, x, i) => s + x * (b[i] as number), 0);

/** Attention of single sequences by its definition; `bias` is added to the score of query i and key j. */
function plain(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  scale: number,
  bias = (_i: number, _j: number) => 0,
): number[][] {
  const values = rowsOf(v);
  return rowsOf(q).map((query, i) => {
    const weights = rowsOf(k).map((key, j) => Math.exp(scale * dot(query, key) + bias(i, j)));
    const total = weights.reduce((a, b) => a + b, 0);
    return (values[0] as number[]).map((_, c) =>
      values.reduce((s, row, j) => s + ((weights[j] as number) / total) * (row[c] as number), 0),
    );
  });
}

const [q, k, v] = [uniform([3, 4]), uniform([5, 4]), uniform([5, 2])];
const keep = tensor([
  [true, false, true, true, false],
  [false, false, false, true, false],
  [true, true, true, true, true],
]);
const kept = rowsOf(keep.to("int32"));
const added = uniform([3, 5]);
const causal = (i: number, j: number) => (j <= i ? 0 : Number.NEGATIVE_INFINITY);
const unless = (i: number, j: number) => (kept[i]?.[j] ? 0 : Number.NEGATIVE_INFINITY);

describe("scaledDotProductAttention is softmax(scale·q·kᵀ + mask)·v", () => {
  it.each<[string, nn.AttentionOptions, number, (i: number, j: number) => number]>([
    ["by default", {}, 0.5, () => 0],
    ["of a scale", { scale: 2 }, 2, () => 0],
    ["causal", { isCausal: true }, 0.5, causal],
    ["where a bool mask is true", { attnMask: keep }, 0.5, unless],
    ["with a float mask", { attnMask: added }, 0.5, (i, j) => rowsOf(added)[i]?.[j] as number],
    [
      "causal, with a bool mask",
      { attnMask: keep.logicalOr(tensor([true, false, false, false, false])), isCausal: true },
      0.5,
      (i, j) => causal(i, j) + (j === 0 ? 0 : unless(i, j)),
    ],
  ])("%s", (_name, options, scale, bias) => {
    const y = nn.scaledDotProductAttention(q, k, v, options);
    expect([...y.data()]).toEqual(close(plain(q, k, v, scale, bias).flat()));
    gradcheck((q, k, v) => nn.scaledDotProductAttention(q, k, v, options), [q, k, v]);
  });

  it("attention is computed for each sequence of a batch and each head", () => {
    const [Q, K, V] = [uniform([2, 3, 4, 2]), uniform([2, 3, 5, 2]), uniform([2, 3, 5, 3])];
    const y = nn.scaledDotProductAttention(Q, K, V);
    expect(y.shape).toEqual([2, 3, 4, 3]);
    const of = (t: Tensor) => t.select(0, 1).select(0, 2);
    expect([...of(y).data()]).toEqual(close(plain(of(Q), of(K), of(V), Math.SQRT1_2).flat()));
  });

  it("attention with all keys masked is 0, and so is its gradient", () => {
    const x = tensor(q.data(), { shape: q.shape, requiresGrad: true });
    const none = tensor([[true], [false], [true]]);
    const y = nn.scaledDotProductAttention(x, k, v, { attnMask: none });
    y.sum().backward();
    expect(rowsOf(y)[1]).toEqual([0, 0]);
    expect(rowsOf(x.grad as Tensor)[1]).toEqual([0, 0, 0, 0]);
    expect([...y.data(), ...(x.grad as Tensor).data()].every(Number.isFinite)).toBe(true);
  });
});

describe("MultiheadAttention", () => {
  const double = { dtype: "float64" } as const;
  const layer = new nn.MultiheadAttention(6, 2, { batchFirst: true, ...double });
  const [query, memory] = [uniform([2, 3, 6]), uniform([2, 5, 6])];

  it("MultiheadAttention has PyTorch's parameters, and its biases are 0", () => {
    expect(layer.namedParameters().map(([name, p]) => [name, p.shape])).toEqual([
      ["inProjWeight", [18, 6]],
      ["inProjBias", [18]],
      ["outProj.weight", [6, 6]],
      ["outProj.bias", [6]],
    ]);
    expect([...(layer.inProjBias as Tensor).data()]).toEqual(new Array(18).fill(0));
    expect([...(layer.outProj.bias as Tensor).data()]).toEqual(new Array(6).fill(0));
    expect(layer.inProjWeight.abs().max().item()).toBeLessThanOrEqual(0.5);
    expect(new nn.MultiheadAttention(6, 2, { bias: false }).parameters()).toHaveLength(2);
  });

  it("MultiheadAttention projects, attends per head, concatenates the heads and projects", () => {
    const { output, weights } = layer.forward(query, memory);
    const projected = (x: Tensor, part: number) =>
      x.matmul(layer.inProjWeight.slice(0, 6 * part, 6 * part + 6).transpose());
    for (const n of [0, 1]) {
      const [q, k, v] = [projected(query, 0), projected(memory, 1), projected(memory, 2)].map((t) =>
        t.select(0, n),
      );
      const heads = [0, 3].map((from) => {
        const [a, b, c] = [q, k, v].map((t) => (t as Tensor).slice(1, from, from + 3)) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        return plain(a, b, c, 1 / Math.sqrt(3));
      });
      const [left, right] = heads as [number[][], number[][]];
      const joined = left.map((row, i) => row.concat(right[i] as number[]));
      const truth = joined.flatMap((row) => rowsOf(layer.outProj.weight).map((w) => dot(w, row)));
      expect([...output.select(0, n).data()]).toEqual(close(truth));
    }
    expect(weights.shape).toEqual([2, 3, 5]);
    expect([...weights.sum(-1).data()]).toEqual(close(new Array(6).fill(1)));
  });

  it("MultiheadAttention gives the same sequence first, batch first and unbatched", () => {
    const { output } = layer.forward(query);
    const first = new nn.MultiheadAttention(6, 2, double);
    first.loadStateDict(layer.stateDict());
    expect([...first.forward(query.transpose(0, 1)).output.transpose(0, 1).data()]).toEqual(
      close(output.data()),
    );
    const alone = layer.forward(query.select(0, 1));
    expect([...alone.output.data()]).toEqual(close(output.select(0, 1).data()));
    expect(alone.weights.shape).toEqual([3, 3]);
  });

  it("MultiheadAttention ignores padding, masked keys and, if causal, later keys", () => {
    const keyPaddingMask = tensor([
      [false, false, true],
      [false, true, true],
    ]);
    const attnMask = tensor([
      [false, true, false],
      [false, false, false],
      [false, false, false],
    ]);
    const seen = (options: nn.MultiheadAttentionOptions) =>
      layer.forward(query, query, query, options).weights.gt(0).to("int32").toArray();
    expect(seen({ keyPaddingMask, attnMask })).toEqual([
      [
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 0],
      ],
      [
        [1, 0, 0],
        [1, 0, 0],
        [1, 0, 0],
      ],
    ]);
    const lower = [
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ];
    expect(seen({ isCausal: true })).toEqual([lower, lower]);
    const { weights } = layer.forward(query, query, query, { averageAttnWeights: false });
    expect(weights.shape).toEqual([2, 2, 3, 3]);
  });

  it("MultiheadAttention has the gradients of central differences", () => {
    gradcheck((x, y) => layer.forward(x, y).output, [uniform([1, 2, 6]), uniform([1, 3, 6])]);
  });

  it("MultiheadAttention drops weights in training only", () => {
    const dropping = new nn.MultiheadAttention(6, 2, { batchFirst: true, dropout: 1, ...double });
    expect([...dropping.forward(query).output.data()]).toEqual(new Array(36).fill(0));
    dropping.loadStateDict(layer.stateDict());
    expect([...dropping.eval().forward(query).output.data()]).toEqual(
      close(layer.forward(query).output.data()),
    );
  });
});

describe("attention refuses", () => {
  const int32 = { dtype: "int32" } as const;
  const layer = new nn.MultiheadAttention(4, 2);
  const x = zeros([3, 2, 4]);
  it.each<[string, () => unknown]>([
    ["query [3, 4] and key [5, 3] must be", () => nn.scaledDotProductAttention(q, zeros([5, 3]), v)],
    ["key [5, 4] and value [3, 2] must be", () => nn.scaledDotProductAttention(q, k, zeros([3, 2]))],
    [
      "attnMask [2, 3, 5] does not broadcast to [3, 5]",
      () => nn.scaledDotProductAttention(q, k, v, { attnMask: zeros([2, 3, 5]) }),
    ],
    ["width 5 does not split into 2 heads", () => new nn.MultiheadAttention(5, 2)],
    ["multiheadAttention: query, key and value [3, 2, 5]", () => layer.forward(zeros([3, 2, 5]))],
    ["[3, 2, 4] · [3, 2, 4] · [2, 2, 4] must have", () => layer.forward(x, x, zeros([2, 2, 4]))],
    ["keyPaddingMask is int32", () => layer.forward(x, x, x, { keyPaddingMask: zeros([2, 3], int32) })],
    ["attnMask is int32", () => layer.forward(x, x, x, { attnMask: zeros([3, 3], int32) })],
    ["attnMask is int32", () => nn.scaledDotProductAttention(q, k, v, { attnMask: zeros([3, 5], int32) })],
    ["attnMask [4, 4] must be [3, 3], [4, 3, 3],", () => layer.forward(x, x, x, { attnMask: zeros([4, 4]) })],
    ["scale NaN must be", () => nn.scaledDotProductAttention(q, k, v, { scale: Number.NaN })],
    [
      "keyPaddingMask [3, 2] must be [2, 3]: one element for each key of each sequence. Inputs are [L, N, E] unless",
      () => layer.forward(x, x, x, { keyPaddingMask: zeros([3, 2], { dtype: "bool" }) }),
    ],
    [
      "keyPaddingMask [1, 4] must be [2, 3]",
      () => layer.forward(x, x, x, { keyPaddingMask: zeros([1, 4], { dtype: "bool" }) }),
    ],
  ])("%s", (message, call) => {
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});

it("BatchNorm2d standardises each channel over all other axes", () => {
  const images = uniform([2, 3, 4, 5]);
  const layer = new nn.BatchNorm2d(3, { dtype: "float64" });
  const flat = new nn.BatchNorm1d(3, { dtype: "float64" });
  expect([...layer.forward(images).data()]).toEqual(close(flat.forward(images.flatten(2)).data()));
  expect(() => layer.forward(images.flatten(2))).toThrow(
    "BatchNorm2d: [2, 3, 20] is not [N, 3, …] of 4 axes",
  );
});
