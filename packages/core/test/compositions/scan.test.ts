import { cat, type Tensor, tensor } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

const vector = (...x: number[]): Tensor => tensor(x, { dtype: "float64" });
const numbers = (x: Tensor): number[] => Array.from(x.data());

describe("cummax and cummin", () => {
  it("take the latest of equals, and keep the latest NaN from there on", () => {
    const { values, indices } = vector(1, 3, 3, 2, Number.NaN, 5, Number.NaN, 7).cummax(0);
    expect(numbers(values)).toEqual([1, 3, 3, 3, NaN, NaN, NaN, NaN]);
    expect(numbers(indices)).toEqual([0, 1, 2, 2, 4, 4, 6, 6]);
    expect(numbers(vector(2, 1, 1, 3, Number.NaN, 0).cummin(0).indices)).toEqual([0, 1, 2, 2, 4, 4]);
  });

  it("are running maxima and minima of any length, and of nothing or a scalar", () => {
    for (let n = 0; n < 20; n++) {
      const x = vector(...Array.from({ length: n }, (_, i) => Math.sin(7 * i)));
      const so = (best: (...y: number[]) => number) =>
        numbers(x).map((_, i) => best(...numbers(x).slice(0, i + 1)));
      expect(numbers(x.cummax(0).values)).toEqual(so(Math.max));
      expect(numbers(x.cummin(-1).values)).toEqual(so(Math.min));
    }
    expect(tensor(4).cummax(0).values.item()).toBe(4);
    expect(() => tensor([1]).cummax(1)).toThrow("cummax: dim 1 is out of range");
  });
});

describe("logCumSumExp", () => {
  it("is logSumExp of each beginning, however far apart the elements are", () => {
    const x = vector(-1e4, -Infinity, -800, 3, 2, 800, 799.5, -5, 1e6);
    const beginnings = numbers(x).map((_, i) => x.slice(0, 0, i + 1).logSumExp(0, { keepdim: true }));
    const truth = numbers(cat(beginnings));
    for (const [i, y] of numbers(x.logCumSumExp(0)).entries())
      expect(y / (truth[i] as number)).toBeCloseTo(1, 14);
  });

  it("is −∞ before the first finite element, ∞ from the first ∞ on, NaN from the first NaN on", () => {
    expect(numbers(vector(-Infinity, -Infinity, -900, Infinity, 1).logCumSumExp(0))).toEqual([
      -Infinity,
      -Infinity,
      -900,
      Infinity,
      Infinity,
    ]);
    expect(numbers(vector(1, Number.NaN, 2).logCumSumExp(0))).toEqual([1, NaN, NaN]);
  });

  it("has the gradient of central differences, in both modes and along any axis", () => {
    const x = tensor([0.3, -2, 1.5, 0.7, 3, -1], { shape: [2, 3], dtype: "float64" });
    gradcheck((t) => t.logCumSumExp(0), [x]);
    gradcheck((t) => t.logCumSumExp(-1), [x]);
  });
});

describe("nanToNum and isClose", () => {
  it("replace by the largest finite number of the dtype, which stays finite", () => {
    const [nan, above, below] = tensor([Number.NaN, Infinity, -Infinity]).nanToNum().data();
    expect([nan, above, below]).toEqual([0, (2 - 2 ** -23) * 2 ** 127, -(2 - 2 ** -23) * 2 ** 127]);
  });

  it("measure closeness by the other, which may be a number, in its precision", () => {
    const x = vector(1, 1 + 1e-9, 1.1, Number.NaN, Infinity);
    expect(x.isClose(1, { rtol: 0, atol: 1e-8 }).toArray()).toEqual([true, true, false, false, false]);
    expect(x.isClose(x).toArray()).toEqual([true, true, true, false, true]);
    expect(x.isClose(x, { equalNaN: true }).all().item()).toBe(1);
    expect(
      tensor([1, 2], { dtype: "int32" })
        .isClose(tensor([1, 3], { dtype: "int32" }))
        .toArray(),
    ).toEqual([true, false]);
  });
});
