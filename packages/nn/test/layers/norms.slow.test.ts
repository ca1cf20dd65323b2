import { grad, type Tensor, tensor, vjp } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, uniform } from "../draw.ts";

const float64 = { dtype: "float64" } as const;
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: readonly number[]) => mean(x.map((v) => (v - mean(x)) ** 2));

/** The elements at these places, standardised in place: (x − mean)/√(variance + ε). */
function standardised(x: ArrayLike<number>, groups: readonly number[][], eps = 1e-5): number[] {
  const y = Array.from(x);
  for (const group of groups) {
    const values = group.map((i) => x[i] as number);
    for (const i of group) y[i] = ((x[i] as number) - mean(values)) / Math.sqrt(variance(values) + eps);
  }
  return y;
}

/** Places of a [2, 4, 3] tensor, gathered by what they share. */
function places(key: (n: number, c: number, l: number) => unknown): number[][] {
  const groups = new Map<unknown, number[]>();
  for (let i = 0; i < 24; i++) {
    const k = key(Math.floor(i / 12), Math.floor(i / 3) % 4, i % 3);
    groups.set(k, [...(groups.get(k) ?? []), i]);
  }
  return [...groups.values()];
}

const channelOf = (i: number) => Math.floor(i / 3) % 4;
const x = uniform([2, 4, 3]);
const [γ, β] = [uniform([4]), uniform([4])];
const [g, b] = [[...γ.data()], [...β.data()]];
const perChannel = (y: readonly number[]) =>
  y.map((v, i) => v * (g[channelOf(i)] as number) + (b[channelOf(i)] as number));
const affine = { weight: γ, bias: β };

interface Row {
  readonly name: string;
  readonly norm: (x: Tensor, options?: nn.NormOptions) => Tensor;
  readonly groups: number[][];
}

const channelNorms: readonly Row[] = [
  {
    name: "batchNorm",
    norm: (x, options) => nn.batchNorm(x, null, options),
    groups: places((_n, c) => c),
  },
  {
    name: "batchNorm by given moments",
    norm: (x, options) => nn.batchNorm(x, nn.momentsOf(x), options),
    groups: places((_n, c) => c),
  },
  {
    name: "groupNorm",
    norm: (x, options) => nn.groupNorm(x, 2, options),
    groups: places((n, c) => `${n} ${c >> 1}`),
  },
  {
    name: "instanceNorm",
    norm: (x, options) => nn.instanceNorm(x, options),
    groups: places((n, c) => `${n} ${c}`),
  },
];

describe.each(channelNorms)("$name", ({ norm, groups }) => {
  it("the function standardises each group, then applies weight and bias per channel", () => {
    expect([...norm(x).data()]).toEqual(close(standardised(x.data(), groups)));
    expect([...norm(x, { ...affine, eps: 0.1 }).data()]).toEqual(
      close(perChannel(standardised(x.data(), groups, 0.1))),
    );
  });

  it("the function has the gradients of central differences in input, weight and bias", () => {
    gradcheck((x: Tensor, weight: Tensor, bias: Tensor) => norm(x, { weight, bias }), [x, γ, β]);
  });

  it("the function has the second derivatives of central differences", () => {
    const slope = grad((x: Tensor) => norm(x, affine).pow(3).sum());
    gradcheck(slope, [x], { atol: 1e-6, rtol: 1e-5 });
  });
});

describe("layerNorm and rmsNorm", () => {
  const rows = places((n, c) => `${n} ${c}`);
  const planes = places((n) => n);

  it("layerNorm standardises over the last axes, then applies weight and bias per element", () => {
    const [w, s] = [uniform([3]), uniform([3])];
    const [wd, sd] = [[...w.data()], [...s.data()]];
    const plain = standardised(x.data(), rows);
    expect([...nn.layerNorm(x, [3]).data()]).toEqual(close(plain));
    expect([...nn.layerNorm(x, [4, 3], { eps: 1 }).data()]).toEqual(close(standardised(x.data(), planes, 1)));
    expect([...nn.layerNorm(x, [3], { weight: w, bias: s }).data()]).toEqual(
      close(plain.map((v, i) => v * (wd[i % 3] as number) + (sd[i % 3] as number))),
    );
  });

  it("rmsNorm divides by the root of the mean square", () => {
    const expected = [...x.data()];
    for (const row of rows) {
      const size = Math.sqrt(mean(row.map((i) => (x.data()[i] as number) ** 2)) + 1e-5);
      for (const i of row) expected[i] = (expected[i] as number) / size;
    }
    expect([...nn.rmsNorm(x, [3]).data()]).toEqual(close(expected));
  });

  it("layerNorm and rmsNorm have the gradients of central differences", () => {
    const w = uniform([3]);
    gradcheck((x: Tensor, weight: Tensor) => nn.layerNorm(x, [3], { weight, bias: weight }), [x, w]);
    gradcheck((x: Tensor, weight: Tensor) => nn.rmsNorm(x, [3], { weight }), [x, w]);
  });

  it("the gradient of layerNorm is 0 in a row without cotangent, even if the row is infinite or NaN", () => {
    const rows = tensor([
      [Number.NaN, 1, 2],
      [1, 2, 4],
    ]);
    const ȳ = tensor([
      [0, 0, 0],
      [1, 0, 0],
    ]);
    const [, pull] = vjp((t: Tensor) => nn.layerNorm(t, [3]), rows);
    const [x̄] = pull(ȳ) as [Tensor];
    const [masked, other] = x̄.unbind(0) as [Tensor, Tensor];
    expect([...masked.data()]).toEqual([0, 0, 0]);
    expect([...other.data()].every((g) => g !== 0)).toBe(true);
  });

  it("layerNorm and rmsNorm of a constant row are 0 and ±1, not NaN", () => {
    const row = tensor([2, 2, 2]);
    expect([...nn.layerNorm(row, [3]).data()]).toEqual([0, 0, 0]);
    expect([...nn.rmsNorm(row, [3], { eps: 0 }).data()]).toEqual([1, 1, 1]);
  });
});

describe("the layers", () => {
  it.each([
    ["LayerNorm", new nn.LayerNorm(3, float64), (x: Tensor) => nn.layerNorm(x, [3])],
    ["RMSNorm", new nn.RMSNorm([4, 3], float64), (x: Tensor) => nn.rmsNorm(x, [4, 3])],
    ["GroupNorm", new nn.GroupNorm(2, 4, float64), (x: Tensor) => nn.groupNorm(x, 2)],
    ["BatchNorm1d", new nn.BatchNorm1d(4, float64), (x: Tensor) => nn.batchNorm(x, null)],
  ])("%s is initialized as its function without weight and bias, and trains both", (_name, layer, f) => {
    expect([...layer.forward(x).data()]).toEqual([...f(x).data()]);
    layer.forward(x).mul(x).sum().backward();
    for (const p of layer.parameters())
      expect(
        [...(p.grad as Tensor).data()].some((g) => g !== 0),
        String(p.shape),
      ).toBe(true);
  });

  it("layers have no parameters where an option says so", () => {
    expect(new nn.LayerNorm(3, { elementwiseAffine: false }).parameters()).toEqual([]);
    expect(new nn.BatchNorm1d(3, { affine: false }).parameters()).toEqual([]);
  });
});

describe("BatchNorm1d", () => {
  const groups = places((_n, c) => c);

  it("BatchNorm1d averages running statistics with the momentum and the unbiased variance", () => {
    const layer = new nn.BatchNorm1d(4, { momentum: 0.3, ...float64 });
    const values = (x: Tensor) => groups.map((group) => group.map((i) => x.data()[i] as number));
    let [m, v] = [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ];
    for (const batch of [x, uniform([2, 4, 3]), uniform([2, 4, 3])]) {
      layer.forward(batch);
      m = values(batch).map((c, i) => 0.7 * (m[i] as number) + 0.3 * mean(c));
      v = values(batch).map((c, i) => 0.7 * (v[i] as number) + 0.3 * variance(c) * (6 / 5));
    }
    expect([...layer.runningMean.data()]).toEqual(close(m));
    expect([...layer.runningVar.data()]).toEqual(close(v));
  });

  it("standardises by them in eval(), and leaves them alone there", () => {
    const layer = new nn.BatchNorm1d(4, float64);
    layer.forward(x.mul(3).add(1));
    const [m, v] = [layer.runningMean.data(), layer.runningVar.data()];
    const expected = [...x.data()].map((value, i) => {
      const c = channelOf(i);
      return (value - (m[c] as number)) / Math.sqrt((v[c] as number) + 1e-5);
    });
    expect([...layer.eval().forward(x).data()]).toEqual(close(expected));
    expect([layer.runningMean.data(), layer.runningVar.data()]).toEqual([m, v]);
    expect([...layer.forward(x.slice(0, 0, 1)).data()]).toEqual(close(expected.slice(0, 12)));
  });

  it("keeps running statistics that need no gradient and hold no history of a thousand batches", () => {
    const layer = new nn.BatchNorm1d(1);
    for (let i = 0; i < 1000; i++) {
      const y = layer.forward(tensor([[i], [i + 2]]));
      y.sum().backward();
      y.detach().data();
    }
    expect(layer.runningMean.requiresGrad).toBe(false);
    expect(layer.runningMean.node.value).not.toBeNull();
    expect(layer.runningMean.node.inputs).toEqual([]);
    expect(layer.runningMean.item()).toBeCloseTo(991, 2);
    expect(layer.runningVar.item()).toBeCloseTo(2, 4);
  });
});

describe("normalize", () => {
  it("divides vectors by their length, those of zeros by ε", () => {
    const y = nn.normalize(
      tensor(
        [
          [3, 4],
          [0, 0],
        ],
        float64,
      ),
    );
    expect([...y.data()]).toEqual(close([0.6, 0.8, 0, 0]));
    expect([...nn.normalize(tensor([3, -1], float64), { p: 1, dim: 0 }).data()]).toEqual(
      close([0.75, -0.25]),
    );
  });
});
