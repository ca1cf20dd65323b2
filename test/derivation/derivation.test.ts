import { grad, jvp, type Tensor, tensor, vjp } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import * as hand from "./derivation.ts";
import { ofLogit, ofPrediction } from "./losses.ts";

const labels = [0, 1, 0.3];
const logits = [0, 1e-8, -1e-8, 0.5, -2, 5, 17, -17, 89, -89, 1000, -1000];
const predictions = [1e-8, 0.1, 0.3, 0.5, 0.9, 1 - 2 ** -20];
const examples = [
  { W: [0.1, -0.4, 0.25], X: [1, 0.5, -2] },
  { W: [0, 0, 0], X: [1, 3, 4] },
  { W: [-1.5, 0.75, 0.5], X: [1, -1, 3] },
  { W: [1, 2, -0.5], X: [1, 1.25, -0.5] },
];
const dtypes = [
  { dtype: "float32", ε: 2 ** -23, round: Math.fround, tiny: 2 ** -149 },
  { dtype: "float64", ε: 2 ** -52, round: (x: number) => x, tiny: 2 ** -1074 },
] as const;

const pairs = <A, B>(a: readonly A[], b: readonly B[]) => a.flatMap((x) => b.map((y) => [x, y] as const));
const size = (W: readonly number[], X: readonly number[]) =>
  W.reduce((sum, w, j) => sum + Math.abs(w * (X[j] as number)), 0);

/** Every element within `tolerance` of the truth. */
function near(actual: Tensor, truth: readonly number[], tolerance: number): void {
  const elements = actual.data();
  expect(elements.length).toBe(truth.length);
  truth.forEach((t, i) => {
    expect(elements[i], `element ${i}`).closeTo(t, tolerance);
  });
}

describe("the derivation itself, on plain numbers", () => {
  it.each(pairs(predictions, labels))("(5) has two forms at ŷ = %d, y = %d", (ŷ, y) => {
    expect(hand.dLdŷTerms(ŷ, y)).closeTo(hand.dLdŷ(ŷ, y), 4 * 2 ** -52 * (y / ŷ + (1 - y) / (1 - ŷ)));
  });

  it.each(logits.filter((z) => Math.abs(z) < 100))("(8) equals (10) at z = %d", (z) => {
    expect(hand.dŷdzQuotient(z)).closeTo(hand.dŷdz(hand.σ(z)), 4 * 2 ** -52 * hand.σ(z));
  });

  it.each(pairs(examples, labels))("(4) equals (12) at %o, y = %d", ({ W, X }, y) => {
    const [product, factors] = [hand.dLdW(W, X, y), hand.chained(W, X, y)];
    product.forEach((g, j) => {
      expect(factors[j]).closeTo(g, 8 * 2 ** -52 * Math.abs(X[j] as number));
    });
  });

  it.each(pairs(examples, labels))("(12) is the slope of L at %o, y = %d", ({ W, X }, y) => {
    const h = 2 ** -17;
    const at = (j: number, by: number) => W.map((w, k) => (k === j ? w + by : w));
    const loss = (weights: readonly number[]) => hand.L(hand.σ(hand.z(weights, X)), y);
    hand.dLdW(W, X, y).forEach((g, j) => {
      const slope = (loss(at(j, h)) - loss(at(j, -h))) / (2 * h);
      // |∂³L/∂z³| = |ŷ(1−ŷ)(1−2ŷ)| < 0.1, and each loss is rounded to about (1 + L)ε.
      const truncation = (0.1 * h ** 2 * Math.abs(X[j] as number) ** 3) / 6;
      expect(slope).closeTo(g, truncation + (8 * 2 ** -52 * (1 + loss(W))) / h);
    });
  });
});

eachBackend("the library finds what the derivation finds", (on) => {
  describe.each(dtypes)("in $dtype", ({ dtype, ε, round, tiny }) => {
    const of = (x: number | readonly number[] | readonly number[][]) => tensor(x, { dtype });
    const vector = (x: readonly number[]) => x.map(round);

    describe.each(Object.entries(ofPrediction))("%s", (_name, lossOf) => {
      it.each(pairs(predictions, labels))("(5) ∂L/∂ŷ, cut at ŷ = %d, y = %d", (prediction, label) => {
        const [ŷ, y] = [round(prediction), round(label)];
        const [L, slope] = [hand.L(ŷ, y), hand.dLdŷ(ŷ, y)];
        const scale = Math.abs(y / ŷ) + Math.abs((1 - y) / (1 - ŷ));
        const loss = (ŷ: Tensor) => lossOf(ŷ, of(y));
        on(() => {
          const [value, pull] = vjp(loss, of(ŷ));
          near(value, [L], 4 * ε * (1 + L));
          near(pull(of(1))[0], [slope], 4 * ε * scale);
          near(pull(of(-2))[0], [-2 * slope], 8 * ε * scale);
          near(jvp(loss, [of(ŷ)], [of(1)])[1], [slope], 4 * ε * scale);
        });
      });
    });

    it.each(logits)("(10) ∂ŷ/∂z, cut at z = %d", (logit) => {
      const z = round(logit);
      const ŷ = hand.σ(z);
      on(() => {
        const [value, pull] = vjp((z: Tensor) => z.sigmoid(), of(z));
        near(value, [ŷ], 4 * ε * ŷ + tiny);
        near(pull(of(1))[0], [hand.dŷdz(ŷ)], 4 * ε * ŷ + tiny);
        near(jvp((z: Tensor) => z.sigmoid(), [of(z)], [of(1)])[1], [hand.dŷdz(ŷ)], 4 * ε * ŷ + tiny);
      });
    });

    it.each(examples)("(11) ∂z/∂W = X exactly, cut at W = $W", ({ W, X }) => {
      on(() => {
        const z = (weights: Tensor) => weights.matmul(of(X));
        const [value, pull] = vjp(z, of(W));
        near(value, [hand.z(vector(W), X)], 4 * ε * size(W, X));
        expect(pull(of(1))[0].toArray()).toEqual(X);
        X.forEach((x, j) => {
          const unit = X.map((_, k) => (k === j ? 1 : 0));
          expect(jvp(z, [of(W)], [of(unit)])[1].item()).toBe(x);
        });
      });
    });

    describe.each(Object.entries(ofLogit))("%s", (_name, lossOf) => {
      it.each(pairs(examples, labels))("(12) ∂L/∂W = (ŷ−y)X at %o, y = %d", (example, label) => {
        const [W, X, y] = [vector(example.W), example.X, round(label)];
        const truth = hand.dLdW(W, X, y);
        const scale = (1 + size(W, X)) * Math.max(...X.map(Math.abs));
        const loss = (weights: Tensor) => lossOf(weights.matmul(of(X)), of(y));
        on(() => {
          near(grad(loss)(of(W)), truth, 8 * ε * scale);
          const direction = [0.5, -1, 2];
          const along = truth.reduce((sum, g, j) => sum + g * (direction[j] as number), 0);
          near(jvp(loss, [of(W)], [of(direction)])[1], [along], 8 * ε * 3.5 * scale);
        });
      });

      it.each(pairs(examples, labels))("agrees with central differences at %o, y = %d", ({ W, X }, y) => {
        const loss = (weights: Tensor, x: Tensor) => lossOf(weights.matmul(x), of(y).to(weights.dtype));
        on(() => gradcheck(loss, [of(W), of(X)]));
      });

      it("(12) over a batch with bias is Xᵀ(ŷ−y)/N", () => {
        const N = 16;
        const x = Array.from({ length: N }, (_, i) =>
          [Math.sin(3 * i), Math.cos(5 * i), i / N - 0.5].map(round),
        );
        const y = x.map((_, i) => round(labels[i % labels.length] as number));
        const [w0, w] = [round(0.3), vector([0.7, -1.1, 0.4])];
        const truth = hand.dLdWBatch(
          [w0, ...w],
          x.map((row) => [1, ...row]),
          y,
        );
        const loss = (bias: Tensor, weights: Tensor) => lossOf(of(x).matmul(weights).add(bias), of(y));
        on(() => {
          const [bias, weights] = grad(loss, { argnums: [0, 1] })(of(w0), of(w));
          near(bias, truth.slice(0, 1), 2 * N * ε);
          near(weights, truth.slice(1), 2 * N * ε);
          truth.forEach((g, j) => {
            const unit = truth.map((_, k) => (k === j ? 1 : 0));
            const tangents: [Tensor, Tensor] = [of(unit[0] as number), of(unit.slice(1))];
            near(jvp(loss, [of(w0), of(w)], tangents)[1], [g], 2 * N * ε);
          });
        });
      });
    });

    it.each(pairs(logits, labels))("(12) by bceWithLogits at every logit: z = %d, y = %d", (logit, label) => {
      const [z, y] = [round(logit), round(label)];
      on(() => {
        const loss = (z: Tensor) => ofLogit.bceWithLogits(z, of(y));
        near(grad(loss)(of(z)), [hand.σ(z) - y], 4 * ε);
        near(jvp(loss, [of(z)], [of(1)])[1], [hand.σ(z) - y], 4 * ε);
      });
    });
  });
});
