import { grad, Parameter, type Tensor, tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close } from "../draw.ts";

const [row, weight] = [tensor([[1, 2, 3]]), tensor([[1, -2, 0.5]])];
const eps = 0;

/** Functions whose value does not depend on the scale of x, or is proportional to it. */
const invariant: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  layerNorm: (x) => nn.layerNorm(x, [3], { eps }),
  rmsNorm: (x) => nn.rmsNorm(x, [3], { eps }),
  groupNorm: (x) => nn.groupNorm(x, 1, { eps }),
  instanceNorm: (x) => nn.instanceNorm(x.unsqueeze(0), { eps }).squeeze(0),
  batchNorm: (x) => nn.batchNorm(x.transpose(), null, { eps }).transpose(),
  normalize: (x) => nn.normalize(x, { eps }),
  "normalize of p = 3": (x) => nn.normalize(x, { eps, p: 3 }),
  cosineSimilarity: (x) => nn.cosineSimilarity(x, weight, { eps }),
};
const proportional: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  pairwiseDistance: (x) => nn.pairwiseDistance(x, x.mul(3), { eps }),
  lpPool1d: (x) => nn.lpPool1d(x, 2, 3),
  tripletMarginLoss: (x) => nn.tripletMarginLoss(x, x.mul(4), x.mul(3), { eps, margin: 0 }),
};

describe.each(Object.entries(invariant))("%s", (_name, f) => {
  const slope = grad((x: Tensor) => f(x).mul(weight).sum());
  it.each([1e20, 1e-20, 3e37, 1e-37])(
    "is the same, and its gradient the right one, of values near %s",
    (s) => {
      expect([...f(row.mul(s)).data()]).toEqual(close(f(row).data(), 5));
      expect([...slope(row.mul(s)).mul(s).data()]).toEqual(close(slope(row).data(), 5));
    },
  );
});

describe.each(Object.entries(proportional))("%s", (_name, f) => {
  const slope = grad((x: Tensor) => f(x).sum());
  it.each([1e20, 1e-20, 1e37, 1e-37])(
    "is in proportion, and its gradient the same, of values near %s",
    (s) => {
      expect([...f(row.mul(s)).div(s).data()]).toEqual(close(f(row).data(), 5));
      expect([...slope(row.mul(s)).data()]).toEqual(close(slope(row).data(), 5));
    },
  );
});

describe("values near 10²⁰", () => {
  it("cosineEmbeddingLoss distinguishes vectors near 10²⁰", () => {
    const of = (s: number) => nn.cosineEmbeddingLoss(row.mul(s), weight, tensor([1])).item();
    expect(of(1e20)).toBeCloseTo(of(1), 5);
  });

  it("batchNorm with a variance that overflowed float32 is NaN, not 0", () => {
    const x = row.transpose().mul(1e20);
    expect(nn.batchNorm(x, nn.momentsOf(x)).data().every(Number.isNaN)).toBe(true);
  });
});

describe("columns with a large offset", () => {
  const n = 3000;
  const x = tensor(
    Float32Array.from({ length: 2 * n }, (_, i) => 1e6 + (Math.floor(i / 2) % 3) - 1),
    { shape: [n, 2] },
  );

  it("momentsOf columns with a large offset is accurate", () => {
    const { mean, variance } = nn.momentsOf(x);
    expect([...mean.data()]).toEqual([1e6, 1e6]);
    expect([...variance.data()]).toEqual(close([2 / 3, 2 / 3], 4));
  });

  it("batchNorm and BatchNorm1d standardise columns with a large offset", () => {
    const z = Math.sqrt(1.5);
    for (const y of [nn.batchNorm(x, null), new nn.BatchNorm1d(2).forward(x)])
      expect([...y.slice(0, 0, 3).data()]).toEqual(close([-z, -z, 0, 0, z, z], 3));
  });
});

describe("at 0", () => {
  const zero = tensor([[0, 0]]);
  it.each<[string, (x: Tensor) => Tensor, number]>([
    ["normalize", (x) => nn.normalize(x), 1e12],
    ["cosineSimilarity", (x) => nn.cosineSimilarity(x, tensor([[1, 0]])).mul(tensor([1])), 1e8],
    ["pairwiseDistance of equal vectors", (x) => nn.pairwiseDistance(x, zero, { eps: 0 }), 0],
    ["lpPool1d", (x) => nn.lpPool1d(x, 2, 2), 0],
    ["layerNorm", (x) => nn.layerNorm(x, [2]).slice(1, 0, 1), 0.5 / Math.sqrt(1e-5)],
    ["rmsNorm", (x) => nn.rmsNorm(x, [2]), 1 / Math.sqrt(1e-5)],
  ])("%s has a finite derivative", (_name, f, slope) => {
    const x = new Parameter(zero);
    f(x).sum().backward();
    expect((x.grad as Tensor).at(0, 0).item() / (slope || 1)).toBeCloseTo(slope ? 1 : 0, 5);
  });
});
