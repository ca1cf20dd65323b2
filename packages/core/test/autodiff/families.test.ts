import { grad, hessian, type Tensor, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
const vector = (x: readonly number[], dtype: "float32" | "float64" = "float64"): Tensor =>
  tensor([...x], { dtype });
const slope = (
  f: (x: Tensor) => Tensor,
  x: readonly number[],
  dtype: "float32" | "float64" = "float64",
): number[] => Array.from(grad((t: Tensor) => f(t).sum())(vector(x, dtype)).data());

/** A function, a point and its gradient there: the limit, or what NaN and ties share. */
const gradients: readonly (readonly [string, (x: Tensor) => Tensor, number[], number[]])[] = [
  ["logSumExp", (x) => x.logSumExp(), [3, inf], [0, 1]],
  ["logSumExp", (x) => x.logSumExp(), [inf, inf, 2], [0.5, 0.5, 0]],
  ["logSumExp", (x) => x.logSumExp(), [-inf, -inf], [0, 0]],
  ["logSumExp", (x) => x.logSumExp(), [-inf, 2], [0, 1]],
  ["logCumSumExp", (x) => x.logCumSumExp(0), [2, inf, 1], [1, 2, 0]],
  ["logCumSumExp", (x) => x.logCumSumExp(0), [-inf, -inf], [0, 0]],
  ["logaddexp(x, −∞)", (x) => x.logaddexp(-inf), [-inf, 1, inf], [0, 1, 1]],
  ["logaddexp(x, ∞)", (x) => x.logaddexp(inf), [-inf, 1, inf], [0, 0, 0.5]],
  ["logaddexp2(x, x′)", (x) => x.logaddexp2(vector([-inf, 1, inf])), [-inf, 1, inf], [0, 0.5, 0.5]],
  ["amax", (x) => x.amax(), [1, nan, 3], [0, 1, 0]],
  ["amin", (x) => x.amin(), [nan, nan, 3], [0.5, 0.5, 0]],
  ["max(0)", (x) => x.max(0).values, [1, nan, 3], [0, 1, 0]],
  ["norm(∞)", (x) => x.norm(inf), [1, -inf, 3], [0, -1, 0]],
  ["cummax", (x) => x.cummax(0).values, [1, nan, 3], [1, 2, 0]],
  ["maximum(x, 2)", (x) => x.maximum(2), [1, nan, 2], [0, 1, 0.5]],
  ["maximum(x, NaN)", (x) => x.maximum(nan), [1, nan], [0, 0.5]],
  [
    "scatterReduce by amax of NaN",
    (x) => vector([0]).scatterReduce(0, tensor([0, 0], { dtype: "int32" }), x, "amax"),
    [nan, 1],
    [1, 0],
  ],
  [
    "scatterReduce by amax of −∞ alone",
    (x) =>
      vector([7]).scatterReduce(0, tensor([0, 0], { dtype: "int32" }), x, "amax", { includeSelf: false }),
    [-inf, -inf],
    [0.5, 0.5],
  ],
  ["clamp, from its lower bound", (m) => vector([1, 1]).clamp(m), [inf, 0], [1, 0]],
  ["clamp, from its upper bound", (m) => vector([1, 1]).clamp(undefined, m), [-inf, 2], [1, 0]],
  ["clamp", (x) => x.clamp(0), [inf, -inf], [1, 0]],
  ["xlogy(0, y)", (y) => vector([0, 0]).xlogy(y), [0, 2], [0, 0]],
  ["pow(∞, −y)", (y) => vector([inf, 0]).pow(y), [-2, 2], [0, 0]],
  ["hypot(x, 0)", (x) => x.hypot(0), [0, 3], [0, 1]],
  ["sinc", (x) => x.sinc(), [0, 1e-9], [0, (-(Math.PI ** 2) * 1e-9) / 3]],
  ["std", (x) => x.std(), [2, 2, 2], [0, 0, 0]],
  ["norm", (x) => x.norm(), [0, 0], [0, 0]],
  ["norm(3)", (x) => x.norm(3), [0, 0], [0, 0]],
  ["norm(½)", (x) => x.norm(0.5), [0, 4], [0, 1]],
];

describe("gradients at infinities, ties, NaN and zeros", () => {
  it.each(gradients)("%s", (_, f, x, expected) => {
    const found = slope(f, x);
    found.forEach((g, i) => {
      const truth = expected[i] as number;
      if (Number.isNaN(truth) || truth === 0) expect(Math.abs(g)).toBe(truth);
      else expect(g / truth).toBeCloseTo(1, 12);
    });
  });

  it("second derivatives where a singularity is removable", () => {
    const at0 = (f: (x: Tensor) => Tensor) => hessian(f)(vector([0])).item();
    expect(at0((x) => x.sinc().sum())).toBeCloseTo(-(Math.PI ** 2) / 3, 12);
    expect(hessian((x: Tensor) => x.norm().square())(vector([0, 0])).toArray()).toEqual([
      [2, 0],
      [0, 2],
    ]);
    expect(hessian((x: Tensor) => x.std().square())(vector([1, 1])).toArray()).toEqual([
      [1, -1],
      [-1, 1],
    ]);
    const first = (x: Tensor) =>
      grad((t: Tensor) => t.std())(x)
        .mul(vector([1, 2, 3]))
        .sum();
    expect(grad(first)(vector([2, 2, 2])).toArray()).toEqual([0, 0, 0]);
  });
});

describe.each(["float32", "float64"] as const)("sizes and spreads in %s", (dtype) => {
  const unit = dtype === "float32" ? 1e-6 : 1e-14;
  const base = [1, -2, 3.5];
  const functions: Record<string, (x: Tensor) => Tensor> = {
    norm: (x) => x.norm(),
    "norm of order 3": (x) => x.norm(3),
    "norm of order ½": (x) => x.norm(0.5),
    std: (x) => x.std(),
    hypot: (x) => x.hypot(x.mul(2)).sum(),
  };
  const scales = dtype === "float32" ? [1e20, 1e-20, 1e-30, 2 ** 120] : [1e200, 1e-200, 1e-290, 2 ** 1000];

  it.each(Object.entries(functions))("%s scales with its argument, and its gradient does not", (_, f) => {
    const [y, g] = [f(vector(base, dtype)).item(), slope(f, base, dtype)];
    for (const scale of scales) {
      const x = base.map((v) => v * scale);
      expect(Math.abs(f(vector(x, dtype)).item() / scale / y - 1)).toBeLessThan(4 * unit);
      slope(f, x, dtype).forEach((s, i) => {
        expect(Math.abs(s / (g[i] as number) - 1)).toBeLessThan(8 * unit);
      });
    }
  });

  it("variances do not depend on an offset, down columns and along rows", () => {
    const offset = dtype === "float32" ? 2 ** 23 : 2 ** 52;
    const n = 3000;
    const x = tensor(
      Float64Array.from({ length: 3 * n }, (_, i) => offset + (Math.floor(i / 3) % 3)),
      { shape: [n, 3], dtype },
    );
    for (const v of [x.var(0, { correction: 0 }), x.transpose().add(0).var(1, { correction: 0 })])
      for (const one of v.data()) expect(Math.abs(one - 2 / 3)).toBeLessThan(1e-3);
  });
});
