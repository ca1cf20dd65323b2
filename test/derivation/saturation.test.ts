import { type Tensor, tensor, valueAndGrad, withoutRewrites } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import * as truth from "./exact.ts";
import { ofLogit, ofPrediction } from "./losses.ts";

const logits = [0, 1e-8, -1e-8, 0.5, -2, 5, -5, 17, -17, 40, -40, 89, -89, 1000, -1000];
const dtypes = [
  { dtype: "float32", ε: 2 ** -23, round: Math.fround },
  { dtype: "float64", ε: 2 ** -52, round: (x: number) => x },
] as const;

/** Value and ∂L/∂z in float32 of the formulas as they are written: L of a rounded ŷ, and the factors (5) and (10) multiplied. */
const written = [
  // ŷ = 1 − 2⁻²⁴ is the last float32 below 1, where the true 1 − ŷ is 4.14e-8.
  { loss: "textbook", z: 17, y: 1, value: 2 ** -24, gradient: Math.fround(-4.139937459513021e-8) },
  { loss: "textbook", z: 17, y: 0, value: Math.fround(24 * Math.LN2), gradient: 0.6945661902427673 },
  // ŷ rounds to 1: ln(1−ŷ) = −∞, and (5) is ∞.
  { loss: "textbook", z: 89, y: 0, value: Number.POSITIVE_INFINITY, gradient: Number.POSITIVE_INFINITY },
  { loss: "textbook", z: 1000, y: 0, value: Number.POSITIVE_INFINITY, gradient: Number.NaN },
  // With the right label (1−y) ln(1−ŷ) = 0·−∞ is NaN.
  { loss: "textbook", z: 89, y: 1, value: Number.NaN, gradient: Number.NaN },
  // ŷ = 2.2e-39 is subnormal: its logarithm is right, but y/ŷ = 4.5e38 is beyond float32.
  { loss: "textbook", z: -89, y: 1, value: 89, gradient: Number.NEGATIVE_INFINITY },
  // binaryCrossEntropy holds logarithms above −100 and the denominator of (5) off 0, and loses the gradient.
  { loss: "binaryCrossEntropy", z: 1000, y: 0, value: 100, gradient: 0 },
  { loss: "binaryCrossEntropy", z: -1000, y: 1, value: 100, gradient: -0 },
] as const;

/** σ as the source's equation (2) writes it, in two ways. */
const sigmoids = {
  sigmoid: (z: Tensor) => z.sigmoid(),
  "1/(1 + e^(−z))": (z: Tensor) => tensor(1, { dtype: z.dtype }).div(z.neg().exp().add(1)),
  "(1 + e^(−z))⁻¹": (z: Tensor) => z.neg().exp().add(1).reciprocal(),
};
const stable = Object.entries(sigmoids).flatMap(([name, σ]) =>
  Object.entries(ofPrediction).map(
    ([loss, of]) => [`${loss} of ${name}`, (z: Tensor, y: Tensor) => of(σ(z), y)] as const,
  ),
);

eachBackend("saturation", (on) => {
  const both = (loss: (z: Tensor) => Tensor, z: Tensor) =>
    on(() => {
      const [value, gradient] = valueAndGrad(loss)(z);
      return { value: value.item(), gradient: gradient.item() };
    });

  it.each(written)("$loss without rewrites gives $value and $gradient at z = $z, y = $y", (row) => {
    const { loss, z, y, value, gradient } = row;
    const found = withoutRewrites(() => both((z) => ofLogit[loss](z, tensor(y)), tensor(z)));
    expect(found).toEqual({ value, gradient });
  });

  describe.each(dtypes)("in $dtype", ({ dtype, ε, round }) => {
    it.each([["bceWithLogits", ofLogit.bceWithLogits] as const, ...stable])(
      "%s is within 4 ulp of the true L and σ(z) − y at each logit",
      (_, loss) => {
        for (const logit of logits)
          for (const y of [0, 1]) {
            const z = round(logit);
            const found = both((z) => loss(z, tensor(y, { dtype })), tensor(z, { dtype }));
            expect(truth.ulps(found.value, truth.loss(z, y), dtype)).toBeLessThanOrEqual(4);
            expect(truth.ulps(found.gradient, truth.gradient(z, y), dtype)).toBeLessThanOrEqual(4);
          }
      },
    );

    it.each(logits)("bceWithLogits takes the soft label 0.3 at z = %d", (logit) => {
      const [z, y] = [round(logit), round(0.3)];
      const found = both((z) => ofLogit.bceWithLogits(z, tensor(y, { dtype })), tensor(z, { dtype }));
      expect(truth.ulps(found.value, truth.loss(z, y), dtype)).toBeLessThanOrEqual(4);
      expect(found.gradient).closeTo(truth.toNumber(truth.gradient(z, y)), 2 * ε);
    });
  });

  it("keeps the gradient −4.14e-8 at z = 17, y = 1, where ŷ − y in float32 is −5.96e-8", () => {
    const { gradient } = both((z) => ofLogit.bceWithLogits(z, tensor(1)), tensor(17));
    expect(gradient).toBe(Math.fround(truth.toNumber(truth.gradient(17, 1))));
    expect(gradient.toExponential(2)).toBe("-4.14e-8");
  });
});

describe("the exact reference", () => {
  it("agrees with float64 where that is accurate", () => {
    expect(truth.toNumber(truth.loss(0, 1))).toBe(Math.LN2);
    expect(truth.ulps(Math.log1p(Math.exp(-3)), truth.loss(3, 1), "float64")).toBeLessThan(2);
    expect(truth.ulps(-Math.exp(-89), truth.gradient(89, 1), "float64")).toBeLessThan(2);
    expect(truth.ulps(1000, truth.loss(1000, 0), "float64")).toBe(0);
  });

  it("counts units of the dtype, among subnormals too", () => {
    expect(truth.ulps(1 + 2 ** -22, truth.exact(1), "float32")).toBe(2);
    expect(truth.ulps(1 + 2 ** -22, truth.exact(1), "float64")).toBe(2 ** 30);
    expect(truth.ulps(2 ** -149, truth.exact(0), "float32")).toBe(1);
    expect(truth.ulps(0, truth.exact(3 * 2 ** -1074), "float64")).toBe(3);
  });
});
