/** The derivation as it is written: its equations as formulas, beside the derivation by hand and the oracle. */
import { formula, grad, jvp, type Tensor, tensor } from "@chainrule/core";
import { compareGradients } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import * as hand from "./derivation.ts";

/** (1) to (3), and the gradients (5), (10), (11) and (12). */
const L = formula.parse("−[y ln ŷ + (1−y) ln(1−ŷ)]");
const ŷ = formula.parse("1/(1 + e^{−z})");
const z = formula.parse("WᵀX");
const zTerms = formula.parse("w₀ + x₁w₁ + x₂w₂");
const dLdŷTerms = formula.parse("−(y/ŷ − (1−y)/(1−ŷ))");
const dLdŷ = formula.parse("(ŷ−y)/(ŷ(1−ŷ))");
const dŷdzQuotient = formula.parse("e^−z/(1 + e^−z)²");
const dŷdz = formula.parse("ŷ(1−ŷ)");
const dLdW = formula.parse("(ŷ−y)X");
const dLdWBatch = formula.parse("(1/N) Xᵀ(ŷ−y)");

const of = (x: number | number[] | number[][]) => tensor(x, { dtype: "float64" });
const examples = [
  { W: [0.1, -0.4, 0.25], X: [1, 0.5, -2], y: 1 },
  { W: [-1.5, 0.75, 0.5], X: [1, -1, 3], y: 0 },
  { W: [1, 2, -0.5], X: [1, 1.25, -0.5], y: 0.3 },
];
const near = (actual: Tensor, truth: readonly number[]) => {
  expect(actual.size).toBe(truth.length);
  actual.data().forEach((a, i) => {
    expect(a).closeTo(truth[i]!, 1e-14 * (1 + Math.abs(truth[i]!)));
  });
};

eachBackend("the equations as formulas", (on) => {
  describe.each(examples)("at %o", ({ W, X, y }) => {
    const logit = hand.z(W, X);
    const prediction = hand.σ(logit);

    it("have the values of the derivation", () => {
      on(() => {
        near(L({ y, ŷ: of(prediction) }), [hand.L(prediction, y)]);
        near(ŷ({ z: of(logit) }), [prediction]);
        near(z({ W: of(W), X: of(X) }), [logit]);
        const terms = { "w₀": W[0]!, "w₁": W[1]!, "w₂": W[2]!, "x₁": X[1]!, "x₂": X[2]! };
        near(zTerms({ ...terms, "w₀": of(W[0]!) }), [logit]);
        for (const slope of [dLdŷ, dLdŷTerms])
          near(slope({ y, ŷ: of(prediction) }), [hand.dLdŷ(prediction, y)]);
        near(dŷdzQuotient({ z: of(logit) }), [hand.dŷdz(prediction)]);
        near(dŷdz({ ŷ: of(prediction) }), [hand.dŷdz(prediction)]);
        near(dLdW({ ŷ: of(prediction), y, X: of(X) }), hand.dLdW(W, X, y));
      });
    });

    it("have the gradients of the derivation, in both modes", () => {
      on(() => {
        near(grad((ŷ: Tensor) => L({ y, ŷ }))(of(prediction)), [hand.dLdŷ(prediction, y)]);
        near(grad((z: Tensor) => ŷ({ z }))(of(logit)), [hand.dŷdz(prediction)]);
        near(grad((W: Tensor) => z({ W, X: of(X) }))(of(W)), X);
        const loss = (W: Tensor) => L({ y, ŷ: ŷ({ z: z({ W, X: of(X) }) }) });
        near(grad(loss)(of(W)), hand.dLdW(W, X, y));
        near(jvp(loss, [of(W)], [of([1, 0, 0])])[1], hand.dLdW(W, X, y).slice(0, 1));
      });
    });
  });

  it("as one formula and its closed form agree by the oracle", () => {
    const X = of(examples.map((example) => example.X));
    const y = of(examples.map((example) => example.y));
    const loss = (W: Tensor) => {
      const ŷ = formula`σ(${X} @ ${W})`;
      return formula`mean(−[${y} ln ${ŷ} + (1−${y}) ln(1−${ŷ})])`;
    };
    const byHand = (W: Tensor) => dLdWBatch({ N: examples.length, X, y, ŷ: formula`σ(${X} @ ${W})` });
    on(() => {
      compareGradients(loss, byHand, [of(examples[0]!.W)]);
      near(
        grad(loss)(of(examples[0]!.W)),
        hand.dLdWBatch(
          examples[0]!.W,
          examples.map((example) => example.X),
          examples.map((example) => example.y),
        ),
      );
    });
  });
});
