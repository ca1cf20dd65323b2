import {
  bernoulli,
  ChainruleError,
  Generator,
  manualSeed,
  permutation,
  rand,
  randint,
  randn,
  type Tensor,
  tensor,
} from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { threefry } from "../../src/ops/source.ts";
import { arg, type Expr, subexpressions } from "../../src/scalar/expr.ts";
import { referenceFunction } from "../../src/scalar/reference.ts";

/** Formulas of 32-bit integers, worked out word by word. */
function bitsOf(roots: readonly Expr[], args: readonly number[]): number[] {
  const value = new Map<Expr, number>();
  for (const e of subexpressions(roots)) {
    if (e.kind === "arg") value.set(e, args[e.index] as number);
    else if (e.kind === "const") value.set(e, e.value);
    else {
      value.set(e, referenceFunction(e.name, e.op, true)(...e.args.map((a) => value.get(a) as number)));
    }
  }
  return roots.map((e) => value.get(e) as number);
}

/** Mean and variance, and their standard errors for n independent draws with these moments. */
function moments(x: Tensor): { mean: number; variance: number; n: number } {
  const data = Array.from(x.data());
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  const variance = data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length;
  return { mean, variance, n: data.length };
}

describe("Threefry-2x32-20", () => {
  const vectors = [
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const;
  it.each(vectors)("key %j, counter %j gives the published words", (key, counter, expected) => {
    const out = threefry([arg(0), arg(1)], [arg(2), arg(3)]);
    const args = [...key, ...counter].map((x) => x | 0);
    expect(bitsOf(out, args).map((x) => x >>> 0)).toEqual(expected);
  });
});

describe("streams", () => {
  const draws: readonly (readonly [string, (generator: Generator) => Tensor])[] = [
    ["rand", (generator) => rand([50], { generator })],
    ["rand in float64", (generator) => rand([50], { generator, dtype: "float64" })],
    ["randn", (generator) => randn([50], { generator })],
    ["randint", (generator) => randint(0, 1000, [50], { generator })],
    ["bernoulli", (generator) => bernoulli(tensor(new Array(50).fill(0.5)), { generator })],
    ["permutation", (generator) => permutation(50, { generator })],
  ];
  it.each(draws)(
    "%s: the same seed gives the same numbers, the next draw and other seeds others",
    (_, draw) => {
      const generator = new Generator(5);
      const [first, second] = [draw(generator).toArray(), draw(generator).toArray()];
      expect(draw(new Generator(5)).toArray()).toEqual(first);
      expect(second).not.toEqual(first);
      expect(draw(new Generator(6)).toArray()).not.toEqual(first);
      generator.manualSeed(5);
      expect(draw(generator).toArray()).toEqual(first);
    },
  );
  it("the shared stream follows manualSeed", () => {
    manualSeed(1);
    const first = rand([4]).toArray();
    expect(rand([4]).toArray()).not.toEqual(first);
    manualSeed(1);
    expect(rand([4]).toArray()).toEqual(first);
  });
  it("a draw is what it is, whenever and however often it is read", () => {
    const generator = new Generator(0);
    const [a, b] = [rand([3], { generator }), rand([3], { generator })];
    const later = b.toArray();
    expect(a.toArray()).toEqual(rand([3], { generator: new Generator(0) }).toArray());
    expect(b.toArray()).toEqual(later);
    expect(a.sub(a).toArray()).toEqual([0, 0, 0]);
  });
  it("seeds beyond 32 bits, negative or large, are streams of their own", () => {
    const of = (seed: number) => rand([4], { generator: new Generator(seed) }).toArray();
    expect(of(2 ** 32 + 1)).not.toEqual(of(1));
    expect(of(-1)).not.toEqual(of(2 ** 32 - 1));
  });
  it("all seeds of 64 bits are streams of their own", () => {
    const of = (seed: number | bigint) => String(rand([2], { generator: new Generator(seed) }).toArray());
    const seeds = [0, 1, 5, 2 ** 31, 0x9e3779b9, 2 ** 32 - 1].flatMap((low) =>
      [0, 1, 2, 2 ** 20, -1].map((high) => low + high * 2 ** 32),
    );
    const big = [2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 2n];
    expect(new Set([...seeds, ...big].map(of)).size).toBe(seeds.length + big.length);
    expect(of(7n)).toBe(of(7));
    const next = (seed: number) => {
      const generator = new Generator(seed);
      return [rand([2], { generator }), rand([2], { generator })].map(String);
    };
    expect(new Set([0, 2 ** 32, 2 ** 33].flatMap(next)).size).toBe(6);
  });
  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 64, 2n ** 64n, "1", null])(
    "%s is no seed",
    (seed) => {
      expect(() => manualSeed(seed as never)).toThrow(ChainruleError);
      expect(() => new Generator(seed as never)).toThrow(ChainruleError);
    },
  );
});

describe("distributions", () => {
  const n = 40_000;
  it.each(["float32", "float64"] as const)("rand in %s is uniform on [0, 1)", (dtype) => {
    const x = rand([n], { generator: new Generator(11), dtype });
    const { mean, variance } = moments(x);
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
    for (const v of x.data()) if (!(v >= 0 && v < 1)) expect.fail(`${v} is not in [0, 1)`);
    expect(new Set(x.data()).size).toBeGreaterThan(0.99 * n);
  });
  it.each(["float32", "float64"] as const)("randn in %s is standard normal", (dtype) => {
    const x = randn([200, 200], { generator: new Generator(12), dtype });
    const { mean, variance } = moments(x);
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    const kurtosis = moments(x.square()).variance;
    expect(Math.abs(kurtosis - 2)).toBeLessThan(4 * Math.sqrt(96 / n) * 1.5);
    for (const v of x.data()) if (!Number.isFinite(v)) expect.fail(`${v} is not finite`);
  });
  it("randint takes each whole number from low to high − 1 equally often", () => {
    const x = randint(-2, 3, [n], { generator: new Generator(13) });
    expect(x.dtype).toBe("int32");
    const counts = new Map<number, number>();
    for (const v of x.data()) counts.set(v, (counts.get(v) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    const chi = [...counts.values()].reduce((sum, c) => sum + (c - n / 5) ** 2 / (n / 5), 0);
    expect(chi).toBeLessThan(18.5);
  });
  it("bernoulli is 1 with the probability of its place, and never or always at 0 and 1", () => {
    const p = tensor([0, 0.3, 1]).reshape([3, 1]).expand([3, n]);
    const x = bernoulli(p, { generator: new Generator(14) });
    const [never, sometimes, always] = x.mean(1).toArray() as [number, number, number];
    expect([never, always]).toEqual([0, 1]);
    expect(Math.abs(sometimes - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / n));
  });
  it("permutation has each number once, and each number anywhere", () => {
    const generator = new Generator(15);
    const firsts = new Set<number>();
    for (let k = 0; k < 60; k++) {
      const order = Array.from(permutation(5, { generator }).data());
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
      firsts.add(order[0] as number);
    }
    expect(firsts.size).toBe(5);
  });
  it("neighbouring draws and lanes are uncorrelated", () => {
    const generator = new Generator(16);
    const [a, b] = [rand([n], { generator }), rand([n], { generator })];
    const correlation = (x: Tensor, y: Tensor) => x.sub(0.5).mul(y.sub(0.5)).mean().item() * 12;
    expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(correlation(a.slice(0, 1), a.slice(0, 0, -1)))).toBeLessThan(4 / Math.sqrt(n));
  });
  it("draws nothing for empty shapes", () => {
    expect(rand([0, 3]).toArray()).toEqual([]);
    expect(permutation(0).toArray()).toEqual([]);
  });
});
