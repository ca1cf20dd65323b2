import { compile, grad, type Tensor, tensor, valueAndGrad, vjp, where, zeros } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, uniform } from "./draw.ts";

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
const bool = (rows: readonly (readonly number[])[]) => tensor(rows.map((row) => row.map((x) => x !== 0)));
const int = (x: number[]) => tensor(x, { dtype: "int32" });

/** The third key is masked for all queries, the second query sees nothing. */
const keep = bool([
  [1, 1, 0],
  [0, 0, 0],
  [0, 1, 0],
]);
const masks: Readonly<Record<string, nn.AttentionOptions>> = {
  "a bool mask": { attnMask: keep },
  "a float mask of 0 and −∞": { attnMask: where(keep, zeros([3, 3], { dtype: "float64" }), -inf) },
  "a float mask that adds too": { attnMask: where(keep, uniform([3, 3]), -inf) },
  "a bool mask and causality": { attnMask: keep, isCausal: true },
  "a float mask and causality": { attnMask: where(keep, uniform([3, 3]), -inf), isCausal: true },
};

describe.each(Object.entries(masks))("attention with %s", (_name, options) => {
  const [q, k, v, ȳ] = [uniform([3, 2]), uniform([3, 2]), uniform([3, 2]), uniform([3, 2])];
  const spoilt = (x: Tensor) => where(tensor([[false], [false], [true]]), nan, x);
  const attend = (q: Tensor, k: Tensor, v: Tensor) => nn.scaledDotProductAttention(q, k, v, options);
  const all = (k: Tensor, v: Tensor, run = attend): number[][] => {
    const [y, pull] = vjp(run, q, k, v);
    return [y, ...pull(ȳ)].map((t) => [...t.data()]);
  };

  it("attention of a query whose keys are all masked is 0, with gradient 0", () => {
    const [y, q̄] = all(k, v) as [number[], number[]];
    expect(y.slice(2, 4)).toEqual([0, 0]);
    expect(q̄.slice(2, 4).map(Math.abs)).toEqual([0, 0]);
    expect(all(k, v).flat().every(Number.isFinite)).toBe(true);
  });

  it("NaN in a masked key and value reaches neither output nor gradient, eager and compiled", () => {
    const right = all(k, v).map((list) => close(list));
    expect(all(spoilt(k), spoilt(v))).toEqual(right);
    expect(all(spoilt(k), spoilt(v), compile(attend))).toEqual(right);
  });
});

describe("MultiheadAttention", () => {
  const layer = new nn.MultiheadAttention(4, 2, { batchFirst: true, dtype: "float64" });
  const [query, memory] = [uniform([2, 3, 4]), uniform([2, 3, 4])];
  const padding = bool([
    [0, 0, 1],
    [0, 1, 1],
  ]);
  const float = (mask: Tensor) => where(mask, -inf, zeros(mask.shape, { dtype: "float64" }));
  const ignored = bool([
    [0, 1, 0],
    [0, 0, 0],
    [1, 1, 1],
  ]);
  const run = (options: nn.MultiheadAttentionOptions, memory_ = memory) => {
    layer.zeroGrad();
    const { output, weights } = layer.forward(query, memory_, memory_, options);
    output.square().sum().backward();
    return [output, weights, ...layer.parameters().map((p) => p.grad as Tensor)].map((t) => [...t.data()]);
  };
  const right = run({ keyPaddingMask: padding, attnMask: ignored });

  it.each<[string, nn.MultiheadAttentionOptions]>([
    ["bool and float", { keyPaddingMask: padding, attnMask: float(ignored) }],
    ["float and bool", { keyPaddingMask: float(padding), attnMask: ignored }],
    ["float and float", { keyPaddingMask: float(padding), attnMask: float(ignored) }],
    ["[N, L, S]", { keyPaddingMask: padding, attnMask: ignored.expand([2, 3, 3]) }],
    ["PyTorch's [N·heads, L, S]", { keyPaddingMask: padding, attnMask: ignored.expand([4, 3, 3]) }],
    ["[N, heads, L, S]", { keyPaddingMask: padding, attnMask: ignored.expand([2, 2, 3, 3]) }],
  ])("MultiheadAttention accepts masks as %s", (_name, options) => {
    expect(run(options)).toEqual(right.map((list) => close(list)));
  });

  it("NaN in padding reaches neither the output nor the gradients of the parameters", () => {
    const spoilt = where(padding.unsqueeze(-1), nan, memory);
    expect(run({ keyPaddingMask: padding, attnMask: ignored }, spoilt)).toEqual(
      right.map((list) => close(list)),
    );
  });

  it("a mask [N·heads, L, S] is ordered by sequence, then by head, as PyTorch's", () => {
    const perHead = uniform([4, 3, 3]).gt(0).logicalAnd(ignored.logicalNot());
    const { weights } = layer.forward(query, memory, memory, {
      attnMask: perHead,
      averageAttnWeights: false,
    });
    expect([...weights.flatten(0, 1).ne(0).data()]).toEqual([...perHead.logicalNot().data()]);
  });
});

const none = { reduction: "none" } as const;

/** Losses at infinite logits and logarithms, and of what weighs nothing: the loss and its gradient in the input. */
const edges: readonly (readonly [
  name: string,
  loss: (x: Tensor) => Tensor,
  x: number[],
  losses: number[],
  gradient: number[],
])[] = [
  [
    "bceWithLogits of hard labels",
    (x) => nn.bceWithLogits(x, tensor([0, 1, 1]), none),
    [-inf, inf, 0],
    [0, 0, Math.LN2],
    [0, 0, -0.5],
  ],
  [
    "bceWithLogits of posWeight 0",
    (x) => nn.bceWithLogits(x, tensor([1, 0]), { ...none, posWeight: tensor(0) }),
    [-inf, 0],
    [0, Math.LN2],
    [0, 0.5],
  ],
  [
    "bceWithLogits of wrong hard labels",
    (x) => nn.bceWithLogits(x, tensor([1, 0]), none),
    [-inf, inf],
    [inf, inf],
    [-1, 1],
  ],
  [
    "bceWithLogits of weight 0",
    (x) => nn.bceWithLogits(x, tensor([1, 1, 1]), { ...none, weight: tensor([0, 0, 1]) }),
    [-inf, nan, 0],
    [0, 0, Math.LN2],
    [0, 0, -0.5],
  ],
  [
    "binaryCrossEntropy of weight 0",
    (x) => nn.binaryCrossEntropy(x, tensor([1, 1]), { ...none, weight: tensor([0, 1]) }),
    [0.5, 0.5],
    [0, Math.LN2],
    [0, -2],
  ],
  [
    "multilabelSoftMarginLoss",
    (x) => nn.multilabelSoftMarginLoss(x.unsqueeze(0), tensor([[0, 1]]), none),
    [-inf, inf],
    [0],
    [0, 0],
  ],
  [
    "crossEntropy of probabilities",
    (x) => nn.crossEntropy(x.unsqueeze(0), tensor([[0, 1, 0]]), none),
    [-inf, 0, 0],
    [Math.LN2],
    [0, -0.5, 0.5],
  ],
  [
    "crossEntropy of no probability",
    (x) => nn.crossEntropy(x.unsqueeze(0), zeros([1, 3]), none),
    [nan, 0, 0],
    [0],
    [0, 0, 0],
  ],
  [
    "crossEntropy of class weight 0",
    (x) => nn.crossEntropy(x.unsqueeze(0), int([0]), { ...none, weight: tensor([0, 1]) }),
    [-inf, 0],
    [0],
    [0, 0],
  ],
  [
    "crossEntropy smoothed, of class weight 0",
    (x) =>
      nn.crossEntropy(x.unsqueeze(0), int([1]), { ...none, weight: tensor([0, 1]), labelSmoothing: 0.5 }),
    [-inf, 0],
    [0],
    [0, 0],
  ],
  [
    "crossEntropy of an ignored target",
    (x) => nn.crossEntropy(x.unflatten(0, [2, 2]), int([-100, 0])),
    [nan, inf, 0, 0],
    [Math.LN2],
    [0, 0, -0.5, 0.5],
  ],
  [
    "crossEntropy smoothed, of an ignored target",
    (x) => nn.crossEntropy(x.unflatten(0, [2, 2]), int([1, 0]), { ignoreIndex: 1, labelSmoothing: 0.5 }),
    [nan, inf, 0, 0],
    [Math.LN2],
    [0, 0, -0.25, 0.25],
  ],
  [
    "nllLoss of class weight 0",
    (x) => nn.nllLoss(x.unflatten(0, [2, 2]), int([0, 1]), { weight: tensor([0, 1]) }),
    [-inf, 0, 0, -2],
    [2],
    [0, 0, 0, -1],
  ],
  [
    "nllLoss of an ignored target",
    (x) => nn.nllLoss(x.unflatten(0, [2, 2]), int([0, 1]), { ignoreIndex: 0 }),
    [nan, nan, 0, -2],
    [2],
    [0, 0, 0, -1],
  ],
  [
    "multiMarginLoss of class weight 0",
    (x) => nn.multiMarginLoss(x.unsqueeze(0), int([0]), { ...none, weight: tensor([0, 1]) }),
    [-inf, 0],
    [0],
    [0, 0],
  ],
  [
    "klDiv of probability 0",
    (x) => nn.klDiv(x, tensor([0, 0, 1]), none),
    [-inf, nan, -2],
    [0, 0, 2],
    [0, 0, -1],
  ],
  [
    "klDiv of equal logarithms",
    (x) => nn.klDiv(x, tensor([-inf, 0]), { ...none, logTarget: true }),
    [-inf, 0],
    [0, 0],
    [0, -1],
  ],
  [
    "poissonNllLoss of no count at no rate",
    (x) => nn.poissonNllLoss(x, tensor([0, 0]), none),
    [-inf, 0],
    [0, 1],
    [0, 1],
  ],
  [
    "poissonNllLoss of no count at a rate of 0",
    (x) => nn.poissonNllLoss(x, tensor([0, 1]), { ...none, logInput: false, eps: 0 }),
    [0, 1],
    [0, 1],
    [1, 0],
  ],
  ["softMarginLoss", (x) => nn.softMarginLoss(x, tensor([1, -1]), none), [inf, -inf], [0, 0], [0, 0]],
  [
    "gaussianNllLoss of large errors and variances",
    (x) => nn.gaussianNllLoss(x, tensor([0]), tensor([1e30]), none),
    [1e20],
    [0.5 * Math.log(1e30) + 0.5e10],
    [1e-10],
  ],
];

describe.each(edges)("%s", (_name, loss, x, losses, gradient) => {
  const rounded = (list: readonly number[]) =>
    list.map((v) =>
      Math.abs(v) > 1e3 || v === 0 || !Number.isFinite(v) ? Math.fround(v) + 0 : expect.closeTo(v, 5),
    );
  it("the loss and its gradient have the expected values, eager and compiled", () => {
    const summed = (x: Tensor) => loss(x).sum();
    for (const [f, g] of [
      [loss, grad(summed)],
      [compile(loss), compile(grad(summed))],
    ] as const) {
      expect([...f(tensor(x)).data()].map((v) => v + 0)).toEqual(rounded(losses));
      expect([...g(tensor(x)).data()].map((v) => v + 0)).toEqual(rounded(gradient));
    }
  });
});

describe("derivatives in targets and weights", () => {
  it("derivatives in targets are finite at probability 0, and those in weights at weight 0", () => {
    const target = grad((t: Tensor) => nn.klDiv(tensor([0, -1, -inf]), t, { reduction: "sum" }));
    expect([...target(tensor([0.5, 0, 0])).data()]).toEqual(close([1 + Math.log(0.5), 0, 0], 6));
    const log = grad((t: Tensor) => nn.klDiv(tensor([0, -inf]), t, { reduction: "sum", logTarget: true }));
    expect([...log(tensor([0, -inf])).data()]).toEqual([1, 0]);
    const soft = grad((t: Tensor) => nn.crossEntropy(tensor([[-inf, 0, 0]]), t));
    expect([...soft(tensor([[0, 1, 0]])).data()].map((v) => v + 0)).toEqual(
      close([0, Math.LN2, Math.LN2], 6),
    );
    const weight = (w: Tensor) =>
      nn.bceWithLogits(tensor([0, 0]), tensor([0, 1]), { weight: w, reduction: "sum" });
    expect([...grad(weight)(tensor([0, 1])).data()]).toEqual(close([Math.LN2, Math.LN2], 6));
  });

  it("NaN in a row whose target is ignored does not reach the gradient of the layer below", () => {
    const x = tensor([
      [nan, 1],
      [2, 3],
    ]);
    const step = (w: Tensor) => nn.crossEntropy(nn.linear(x, w), int([-100, 1]));
    const [loss, w̄] = valueAndGrad(step)(
      tensor([
        [0.1, 0.2],
        [0.3, 0.4],
      ]),
    );
    const [alone, right] = valueAndGrad((w: Tensor) =>
      nn.crossEntropy(nn.linear(x.slice(0, 1, 2), w), int([1])),
    )(
      tensor([
        [0.1, 0.2],
        [0.3, 0.4],
      ]),
    );
    expect(loss.item()).toBeCloseTo(alone.item(), 6);
    expect([...w̄.data()]).toEqual(close(right.data(), 6));
  });
});
