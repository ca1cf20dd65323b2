import { Generator, manualSeed, ones, type Tensor, tensor } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, rowsOf, uniform } from "../draw.ts";

const double = { dtype: "float64" } as const;
const int = (x: Parameters<typeof tensor>[0]) => tensor(x, { dtype: "int32" });
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((s, x, i) => s + x * (b[i] as number), 0);

describe("Linear", () => {
  const layer = new nn.Linear(3, 2, double);
  const [W, b] = [rowsOf(layer.weight), [...(layer.bias as Tensor).data()]];

  it("Linear is x·Wᵀ + b for a vector, a batch, and further axes", () => {
    const x = uniform([2, 4, 3]);
    const truth = rowsOf(x.reshape([8, 3])).map((row) => W.map((w, o) => dot(row, w) + (b[o] as number)));
    expect([...layer.forward(x).data()]).toEqual(close(truth.flat()));
    expect([...layer.forward(x.reshape([8, 3])).data()]).toEqual(close(truth.flat()));
    expect([...layer.forward(x.select(0, 0).select(0, 0)).data()]).toEqual(close(truth[0] as number[]));
    expect(layer.forward(x.slice(0, 0, 0)).shape).toEqual([0, 4, 2]);
  });

  it("has the gradients of central differences", () => {
    gradcheck(nn.linear, [uniform([4, 3]), layer.weight, layer.bias as Tensor]);
  });

  it("Linear with { bias: false } has no bias", () => {
    const bare = new nn.Linear(3, 2, { bias: false });
    expect(bare.namedParameters().map(([name]) => name)).toEqual(["weight"]);
    expect(bare.forward(tensor([0, 0, 0])).toArray()).toEqual([0, 0]);
  });
});

it("bilinear is x₁·W·x₂ + b", () => {
  const [x1, x2, W, b] = [uniform([2, 3]), uniform([2, 2]), uniform([4, 3, 2]), uniform([4])];
  const weights = W.toArray() as number[][][];
  const truth = rowsOf(x1).flatMap((left, n) =>
    weights.map(
      (w, o) =>
        dot(
          left,
          w.map((row) => dot(row, rowsOf(x2)[n] as number[])),
        ) + (b.data()[o] as number),
    ),
  );
  expect([...nn.bilinear(x1, x2, W, b).data()]).toEqual(close(truth));
  gradcheck(nn.bilinear, [x1, x2, W, b]);
});

describe("Embedding", () => {
  it("Embedding returns the rows of its weight", () => {
    const layer = new nn.Embedding(5, 3);
    const rows = rowsOf(layer.weight);
    expect(
      layer
        .forward(
          int([
            [4, 0],
            [1, 4],
          ]),
        )
        .toArray(),
    ).toEqual([
      [rows[4], rows[0]],
      [rows[1], rows[4]],
    ]);
    expect(layer.forward(int([]).reshape([0])).shape).toEqual([0, 3]);
  });

  it.each([1, -4])(
    "the padding entry %s starts at zero and gets no gradient, the others add theirs up",
    (paddingIdx) => {
      const layer = new nn.Embedding(5, 2, { paddingIdx });
      expect(rowsOf(layer.weight).map((row) => row.every((x) => x === 0))).toEqual([
        false,
        true,
        false,
        false,
        false,
      ]);
      layer
        .forward(int([3, 1, 3, 0, 1]))
        .sum()
        .backward();
      expect(layer.weight.grad?.toArray()).toEqual([
        [1, 1],
        [0, 0],
        [0, 0],
        [2, 2],
        [0, 0],
      ]);
    },
  );
});

describe("Dropout", () => {
  const x = ones([100, 100]);

  it("Dropout drops a fraction p of the elements and scales the others, which preserves the mean", () => {
    const y = nn.dropout(x, 0.3, true, { generator: new Generator(1) });
    const kept = y.data().filter((v) => v !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / Math.fround(0.7))]));
    // The number kept is binomial: 7000 ± 4 of its standard deviations, √(10⁴·0.3·0.7) ≈ 46.
    expect(Math.abs(kept.length - 7000)).toBeLessThan(4 * 46);
  });

  it("Dropout has gradients where it keeps elements", () => {
    const z = tensor(uniform([20]).data(), { requiresGrad: true });
    const y = nn.dropout(z);
    y.sum().backward();
    expect(z.grad?.toArray()).toEqual(Array.from(y.data(), (v) => (v === 0 ? 0 : 2)));
  });

  it("Dropout draws the same mask from the same seed, and another in the next call", () => {
    const layer = new nn.Dropout(0.5);
    const drawn = () => {
      manualSeed(3);
      return [layer.forward(x).toArray(), layer.forward(x).toArray()];
    };
    const [first, second] = drawn();
    expect(drawn()).toEqual([first, second]);
    expect(second).not.toEqual(first);
  });

  it("Dropout is the identity in eval() and with p = 0", () => {
    expect(new nn.Dropout(0.9).eval().forward(x)).toBe(x);
    expect(new nn.Dropout(0).forward(x)).toBe(x);
  });

  it("Dropout with p = 1 is 0 in value and gradient", () => {
    const z = tensor([1, -2, Number.POSITIVE_INFINITY], { requiresGrad: true });
    const y = nn.dropout(z, 1);
    y.sum().backward();
    expect([y.toArray(), z.grad?.toArray()]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});

describe("activations", () => {
  const { exp, log, tanh, sqrt, PI } = Math;
  /** Φ by Simpson's rule on [0, x]. */
  const normal = (x: number): number => {
    const [n, h] = [2000, x / 2000];
    const φ = (t: number) => exp((-t * t) / 2) / sqrt(2 * PI);
    let s = φ(0) + φ(x);
    for (let i = 1; i < n; i++) s += φ(i * h) * (i % 2 ? 4 : 2);
    return 0.5 + (s * h) / 3;
  };

  it.each<[string, nn.Layer, (x: number) => number]>([
    ["ReLU", new nn.ReLU(), (x) => Math.max(x, 0)],
    ["LeakyReLU", new nn.LeakyReLU(), (x) => (x > 0 ? x : 0.01 * x)],
    ["LeakyReLU of a slope", new nn.LeakyReLU(0.2), (x) => (x > 0 ? x : 0.2 * x)],
    ["ELU", new nn.ELU(), (x) => (x > 0 ? x : exp(x) - 1)],
    ["ELU of alpha", new nn.ELU(2), (x) => (x > 0 ? x : 2 * (exp(x) - 1))],
    ["GELU", new nn.GELU(), (x) => x * normal(x)],
    [
      "GELU by tanh",
      new nn.GELU({ approximate: "tanh" }),
      (x) => 0.5 * x * (1 + tanh(sqrt(2 / PI) * (x + 0.044715 * x ** 3))),
    ],
    ["SiLU", new nn.SiLU(), (x) => x / (1 + exp(-x))],
    ["Sigmoid", new nn.Sigmoid(), (x) => 1 / (1 + exp(-x))],
    ["LogSigmoid", new nn.LogSigmoid(), (x) => -log(1 + exp(-x))],
    ["Tanh", new nn.Tanh(), tanh],
    ["Softplus", new nn.Softplus(), (x) => log(1 + exp(x))],
    ["Softplus of beta", new nn.Softplus(3), (x) => log(1 + exp(3 * x)) / 3],
  ])("%s equals its formula and has its gradient", (_name, layer, truth) => {
    const x = uniform([3, 4]);
    expect([...layer.forward(x).data()]).toEqual(close(Array.from(x.data(), truth)));
    gradcheck((x: Tensor) => layer.forward(x), [x]);
    expect(layer.parameters()).toEqual([]);
  });

  it.each([-1, 0])("Softmax and LogSoftmax are probabilities along dim %s, and their logarithms", (dim) => {
    const x = uniform([3, 4]);
    const columns = dim === 0 ? x.transpose() : x;
    const truth = rowsOf(columns).map((row) => row.map((v) => exp(v) / row.reduce((s, u) => s + exp(u), 0)));
    const aligned = (y: Tensor) => [...(dim === 0 ? y.transpose() : y).data()];
    expect(aligned(new nn.Softmax(dim).forward(x))).toEqual(close(truth.flat()));
    expect(aligned(new nn.LogSoftmax(dim).forward(x))).toEqual(close(truth.flat().map(log)));
  });
});

it("Flatten joins all axes but the batch, or those of its arguments", () => {
  const x = uniform([2, 3, 4, 5]);
  expect(new nn.Flatten().forward(x).shape).toEqual([2, 60]);
  expect(new nn.Flatten(0, 1).forward(x).shape).toEqual([6, 4, 5]);
  expect([...new nn.Flatten().forward(x).data()]).toEqual([...x.data()]);
});

describe("Sequential", () => {
  const [first, second] = [new nn.Linear(3, 4), new nn.Linear(4, 2)];
  const model = new nn.Sequential(first, new nn.Tanh(), second);

  it("Sequential applies its layers in order", () => {
    const x = uniform([5, 3]).to("float32");
    expect(model.forward(x).toArray()).toEqual(second.forward(first.forward(x).tanh()).toArray());
    expect(new nn.Sequential().forward(x)).toBe(x);
  });

  it("Sequential gives its layers by index", () => {
    expect([model.length, model[0] === first, model[2] === second]).toEqual([3, true, true]);
    expect([...model]).toHaveLength(3);
    expect(model.namedParameters().map(([name]) => name)).toEqual([
      "0.weight",
      "0.bias",
      "2.weight",
      "2.bias",
    ]);
  });
});
