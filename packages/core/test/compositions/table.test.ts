import { grad, type Tensor, tensor, vjp } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

const matrix = () =>
  tensor(
    [
      [0.3, -1.2, 0.8],
      [1.5, 0.1, -0.4],
    ],
    { dtype: "float64" },
  );
const rows = [
  [0.3, -1.2, 0.8],
  [1.5, 0.1, -0.4],
] as const;

const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const mean = (x: readonly number[]) => sum(x) / x.length;
const variance = (x: readonly number[], correction = 1) =>
  sum(x.map((v) => (v - mean(x)) ** 2)) / (x.length - correction);
const norm = (x: readonly number[], p: number) => sum(x.map((v) => Math.abs(v) ** p)) ** (1 / p);
const logSumExp = (x: readonly number[]) => Math.log(sum(x.map(Math.exp)));

/** Each composition, and its textbook formula on one row. */
const compositions: readonly (readonly [
  string,
  (x: Tensor) => Tensor,
  (row: readonly number[]) => number | number[],
])[] = [
  ["mean", (x) => x.mean(1), mean],
  ["var", (x) => x.var(1), (r) => variance(r)],
  ["var, biased", (x) => x.var(1, { correction: 0 }), (r) => variance(r, 0)],
  ["std", (x) => x.std(1), (r) => Math.sqrt(variance(r))],
  ["norm", (x) => x.norm(2, 1), (r) => norm(r, 2)],
  ["norm of order 1", (x) => x.norm(1, 1), (r) => norm(r, 1)],
  ["norm of order 3", (x) => x.norm(3, 1), (r) => norm(r, 3)],
  ["norm of order ∞", (x) => x.norm(Infinity, 1), (r) => Math.max(...r.map(Math.abs))],
  ["norm of order −∞", (x) => x.norm(-Infinity, 1), (r) => Math.min(...r.map(Math.abs))],
  ["logSumExp", (x) => x.logSumExp(1), logSumExp],
  ["softmax", (x) => x.softmax(1), (r) => r.map((v) => Math.exp(v - logSumExp(r)))],
  ["logSoftmax", (x) => x.logSoftmax(-1), (r) => r.map((v) => v - logSumExp(r))],
  ["max along a dim", (x) => x.max(1).values, (r) => Math.max(...r)],
  ["min along a dim", (x) => x.min(1).values, (r) => Math.min(...r)],
];

describe("compositions", () => {
  it.each(compositions)(
    "%s is its textbook formula, and its gradients are central differences",
    (_, f, truth) => {
      const expected = rows.flatMap(truth);
      Array.from(f(matrix()).data()).forEach((v, i) => {
        expect(v).toBeCloseTo(expected[i] as number, 13);
      });
      gradcheck(f, [matrix()]);
    },
  );
  it.each(compositions)("the gradient of %s has central differences as its gradients", (_, f) => {
    const slope = grad((x: Tensor) => f(x).pow(3).sum());
    gradcheck(slope, [matrix()], { atol: 1e-6, rtol: 1e-5 });
  });
  it("softmax lets nothing of a masked element through, nor of a row without gradient", () => {
    const x = tensor([
      [1, 2, -Infinity],
      [Number.NaN, 1, 2],
    ]);
    const ȳ = tensor([
      [1, 0, Number.NaN],
      [0, 0, 0],
    ]);
    const [, pull] = vjp((t: Tensor) => t.softmax(1), x);
    const y = 1 / (1 + Math.E);
    const [first, second, ...rest] = (pull(ȳ)[0] as Tensor).data();
    expect([first, second]).toEqual([expect.closeTo(y * (1 - y), 7), expect.closeTo(-y * (1 - y), 7)]);
    expect(rest.map(Math.abs)).toEqual([0, 0, 0, 0]);
  });
  it("softmax, logSoftmax and logSumExp stay finite for every finite logit", () => {
    const x = tensor([
      [1000, 0, -1000],
      [-1e30, -1e30, -1e30],
    ]);
    expect(x.softmax(1).data().slice(0, 3)).toEqual(new Float32Array([1, 0, 0]));
    expect(x.softmax(1).sum(1).toArray()).toEqual([1, 1]);
    expect(x.logSoftmax(1).slice(0, 0, 1).toArray()).toEqual([[0, -1000, -2000]]);
    expect(x.logSumExp(1).toArray()).toEqual([1000, Math.fround(-1e30)]);
  });
  it("of nothing are what the formulas say of nothing", () => {
    const none = tensor([], { dtype: "float64" });
    expect([none.mean().item(), none.sum().item(), none.prod().item()]).toEqual([Number.NaN, 0, 1]);
    expect(none.logSumExp().item()).toBe(-Infinity);
    expect(none.softmax(0).shape).toEqual([0]);
    expect(tensor([1]).var().item()).toBeNaN();
  });
  it("keep reduced axes with keepdim", () => {
    for (const f of [
      (x: Tensor) => x.mean(1, { keepdim: true }),
      (x: Tensor) => x.var(1, { keepdim: true }),
      (x: Tensor) => x.std(1, { keepdim: true }),
      (x: Tensor) => x.norm(2, 1, { keepdim: true }),
      (x: Tensor) => x.logSumExp(1, { keepdim: true }),
      (x: Tensor) => x.max(1, { keepdim: true }).indices,
    ])
      expect(f(matrix()).shape).toEqual([2, 1]);
  });
});

describe("arrangements", () => {
  const x = () =>
    tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: "float64" },
    );
  const results: readonly (readonly [string, (t: Tensor) => Tensor, unknown])[] = [
    [
      "transpose",
      (t) => t.transpose(),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      "movedim",
      (t) => t.movedim(0, 1),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      "squeeze",
      (t) => t.unsqueeze(0).squeeze(0),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      "unsqueeze",
      (t) => t.unsqueeze(-1).reshape([2, 3, 1]).select(2, 0),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ["flatten", (t) => t.flatten(), [1, 2, 3, 4, 5, 6]],
    [
      "unflatten",
      (t) => t.unflatten(1, [3, -1]).select(-1, 0),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      "narrow",
      (t) => t.narrow(1, 1, 2),
      [
        [2, 3],
        [5, 6],
      ],
    ],
    ["select", (t) => t.select(0, -1), [4, 5, 6]],
    ["split", (t) => t.split(2, 1)[1] as Tensor, [[3], [6]]],
    ["chunk", (t) => t.chunk(2)[1] as Tensor, [[4, 5, 6]]],
    ["unbind", (t) => t.unbind()[0] as Tensor, [1, 2, 3]],
    [
      "repeat",
      (t) => t.repeat([1, 2]),
      [
        [1, 2, 3, 1, 2, 3],
        [4, 5, 6, 4, 5, 6],
      ],
    ],
    [
      "tile",
      (t) => t.tile([2]),
      [
        [1, 2, 3, 1, 2, 3],
        [4, 5, 6, 4, 5, 6],
      ],
    ],
    [
      "pad",
      (t) => t.pad([1, 0], { value: 9 }),
      [
        [9, 1, 2, 3],
        [9, 4, 5, 6],
      ],
    ],
    [
      "pad, reflecting",
      (t) => t.pad([2, 1], { mode: "reflect" }),
      [
        [3, 2, 1, 2, 3, 2],
        [6, 5, 4, 5, 6, 5],
      ],
    ],
    [
      "pad, replicating",
      (t) => t.pad([1, 1], { mode: "replicate" }),
      [
        [1, 1, 2, 3, 3],
        [4, 4, 5, 6, 6],
      ],
    ],
    [
      "pad, circular",
      (t) => t.pad([1, 1], { mode: "circular" }),
      [
        [3, 1, 2, 3, 1],
        [6, 4, 5, 6, 4],
      ],
    ],
    [
      "tril",
      (t) => t.tril(),
      [
        [1, 0, 0],
        [4, 5, 0],
      ],
    ],
    [
      "triu",
      (t) => t.triu(1),
      [
        [0, 2, 3],
        [0, 0, 6],
      ],
    ],
    ["diag", (t) => t.diag(), [1, 5]],
    [
      "indexSelect",
      (t) => t.indexSelect(1, tensor([2, 2, 0], { dtype: "int32" })),
      [
        [3, 3, 1],
        [6, 6, 4],
      ],
    ],
    [
      "embedding",
      (t) => tensor([1, 1], { dtype: "int32" }).embedding(t),
      [
        [4, 5, 6],
        [4, 5, 6],
      ],
    ],
    [
      "maskedFill",
      (t) => t.maskedFill(t.detach().gt(4.5), -1),
      [
        [1, 2, 3],
        [4, -1, -1],
      ],
    ],
  ];
  it.each(results)("%s gives these elements, and central differences", (_, f, expected) => {
    expect(f(x()).toArray()).toEqual(expected);
    gradcheck(f, [x()]);
  });
  it("oneHot puts 1 at each index", () => {
    expect(tensor([2, 0], { dtype: "int32" }).oneHot(3).toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });
});
