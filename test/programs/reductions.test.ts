import { evaluate, type Tensor, tensor } from "@chainrule/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const dtypes = ["float32", "float64"] as const;

/** Sizes about those of a vector, and of the trees that sums are made of. */
const sizes = [1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 47, 64, 67, 100, 131];

/** Functions that run in vectors and are short, in vectors and are long, and one element at a time. */
const functions: Record<string, (x: Tensor) => Tensor> = {
  "a short function": (x) => x.mul(x),
  "a long function": (x) => x.exp().tanh().sigmoid(),
  "a function of the host": (x) => x.lgamma(),
};

const made = (rows: number, n: number, dtype: (typeof dtypes)[number]): Tensor =>
  tensor(
    Float64Array.from({ length: rows * n }, (_, i) => 1 + Math.sin(12.9898 * i) / 2),
    { dtype },
  ).reshape([rows, n]);

describe.each(dtypes)("%s", (dtype) => {
  describe.each(Object.entries(functions))("sums and products of %s", (_, f) => {
    test.each(sizes)("over %i elements are to the bit those of its values in memory", (n) => {
      const x = made(3, n, dtype);
      const values = f(x);
      evaluate(values);
      const reductions: ((y: Tensor) => Tensor)[] = [(y) => y.sum(1), (y) => y.prod(1), (y) => y.sum()];
      for (const r of reductions) expect(r(f(x)).data()).toEqual(r(values).data());
    });

    test.each([3, 7, 8, 9, 20])("over %i rows are to the bit those of its values in memory", (rows) => {
      const x = made(rows, 37, dtype);
      const values = f(x);
      evaluate(values);
      expect(f(x).sum(0).data()).toEqual(values.sum(0).data());
    });
  });

  test("the greatest and the least are those of Math.max and Math.min, with NaN and zeros of either sign", () => {
    const element = fc.constantFrom(0, -0, 0, -0, 1, -1, Infinity, -Infinity, Number.NaN);
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 21 }), (xs) => {
        const x = tensor(xs, { dtype });
        expect(x.amax().item()).toBe(Math.max(...xs));
        expect(x.amin().item()).toBe(Math.min(...xs));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

test("a float32 sum of many numbers is as good as the sum in float64, rounded", () => {
  const xs = Float32Array.from({ length: 1_000_003 }, (_, i) => 0.1 + Math.sin(i) / 1000);
  const exact = xs.reduce((sum, x) => sum + x, 0);
  expect(Math.abs(tensor(xs).sum().item() / exact - 1)).toBeLessThan(2 ** -24);
});
