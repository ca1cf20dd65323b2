import { ChainruleError, Parameter, tensor, zeros } from "@chainrule/core";
import { clipGradNorm, clipGradValue, getTotalNorm } from "@chainrule/optim";
import { describe, expect, it } from "vitest";

const withGrad = (dtype: "float32" | "float64", ...grad: number[]): Parameter => {
  const p = new Parameter(zeros([grad.length], { dtype }));
  p.grad = tensor(grad, { dtype });
  return p;
};
const gradients = (...cells: Parameter[]): number[] => cells.flatMap((p) => [...(p.grad?.data() ?? [])]);

describe("clipGradNorm", () => {
  it.each([
    [2, 5],
    [1, 7],
    [Number.POSITIVE_INFINITY, 4],
  ])("clipGradNorm scales all gradients together to a %s-norm of at most maxNorm", (normType, norm) => {
    const [a, b] = [withGrad("float64", 3), withGrad("float64", 0, -4)];
    expect(clipGradNorm([a, b], 2, { normType }).item()).toBeCloseTo(norm, 12);
    const expected = [3, 0, -4].map((g) => (g * 2) / (norm + 1e-6));
    gradients(a, b).forEach((g, i) => {
      expect(g).toBeCloseTo(expected[i] as number, 12);
    });
  });

  it("clipGradNorm does not change gradients of a smaller norm, and skips parameters without one", () => {
    const [a, b] = [withGrad("float64", 3, 4), new Parameter(zeros([2]))];
    expect(clipGradNorm(new Set([a, b]), 5.1).item()).toBe(5);
    expect(gradients(a)).toEqual([3, 4]);
    expect(b.grad).toBeNull();
    expect(clipGradNorm([b], 1).item()).toBe(0);
  });

  it("clipGradNorm accepts gradients of several dtypes, and each keeps its own", () => {
    const [a, b] = [withGrad("float32", 3), withGrad("float64", 4)];
    expect(clipGradNorm([a, b], 1).item()).toBeCloseTo(5, 6);
    expect([a.grad?.dtype, b.grad?.dtype]).toEqual(["float32", "float64"]);
    expect(gradients(a, b)).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
  });

  it("clipGradNorm throws for a negative or NaN maxNorm and a 0-norm, and changes nothing", () => {
    const p = withGrad("float64", 3);
    for (const clip of [
      () => clipGradNorm([p], -1),
      () => clipGradNorm([p], Number.NaN),
      () => clipGradNorm([p], 1, { normType: 0 }),
      () => clipGradValue([p], -1),
    ])
      expect(clip).toThrow(ChainruleError);
    expect(gradients(p)).toEqual([3]);
  });
});

describe("clipGradValue", () => {
  it("clipGradValue clamps every element to [−clipValue, clipValue]", () => {
    const p = withGrad("float64", -3, -0.5, 0, 0.5, 3);
    clipGradValue(p, 1);
    expect(gradients(p)).toEqual([-1, -0.5, 0, 0.5, 1]);
  });
});

describe("a bound of Infinity", () => {
  it("a bound of Infinity does not change gradients, and their norm is returned", () => {
    for (const g of [3, Number.POSITIVE_INFINITY, Number.NaN]) {
      const p = withGrad("float64", g, 4);
      expect(clipGradNorm([p], Number.POSITIVE_INFINITY).item()).toBe(g === 3 ? 5 : g);
      clipGradValue([p], Number.POSITIVE_INFINITY);
      expect(gradients(p)).toEqual([g, 4]);
    }
  });
});

describe("gradients that are not finite", () => {
  it.each([
    [Number.POSITIVE_INFINITY, [Number.NaN, 0]],
    [Number.NaN, [Number.NaN, Number.NaN]],
  ])("gradients with %s are scaled as PyTorch's, and throw with errorIfNonfinite", (g, scaled) => {
    for (const normType of [1, 2, Number.POSITIVE_INFINITY]) {
      const [p, q] = [withGrad("float64", g, 4), withGrad("float64", g, 4)];
      for (const maxNorm of [1, Number.POSITIVE_INFINITY])
        expect(() => clipGradNorm([p], maxNorm, { normType, errorIfNonfinite: true })).toThrow(
          /clipGradNorm: the total norm is (Infinity|NaN); nothing was changed/,
        );
      expect(gradients(p)).toEqual([g, 4]);
      clipGradNorm([q], 1, { normType });
      expect(gradients(q)).toEqual(scaled);
    }
  });

  it("clipGradValue clamps ∞ to the bound and keeps NaN", () => {
    const p = withGrad("float64", Number.NEGATIVE_INFINITY, Number.NaN);
    clipGradValue(p, 2);
    expect(gradients(p)).toEqual([-2, Number.NaN]);
  });
});

describe("getTotalNorm", () => {
  it.each([
    [1, 7],
    [2, 5],
    [Number.POSITIVE_INFINITY, 4],
  ])("getTotalNorm is the %s-norm of all elements of the tensors together", (normType, norm) => {
    const tensors = [tensor([3, 0]), tensor([[-4]], { dtype: "float64" })];
    expect(getTotalNorm(tensors, { normType }).item()).toBeCloseTo(norm, 12);
    expect(getTotalNorm(new Set(tensors), { normType }).item()).toBeCloseTo(norm, 12);
  });

  it("getTotalNorm of nothing is 0, and throws with errorIfNonfinite where it is not finite", () => {
    expect(getTotalNorm([]).item()).toBe(0);
    const infinite = tensor([Number.POSITIVE_INFINITY]);
    expect(getTotalNorm(infinite).item()).toBe(Number.POSITIVE_INFINITY);
    expect(() => getTotalNorm(infinite, { errorIfNonfinite: true })).toThrow(/getTotalNorm: .* Infinity/);
  });
});
