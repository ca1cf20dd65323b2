import { type Tensor, tensor, valueAndGrad } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import { crossEntropy, nllLoss } from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, rowsOf, uniform } from "../draw.ts";

const int = (x: Parameters<typeof tensor>[0]) => tensor(x, { dtype: "int32" });
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const logits = uniform([4, 3]);
const weight = [0.5, 2, 3];
const weights = tensor(weight, { dtype: "float64" });
const targets = [2, 0, -100, 1];

/** −Σ w·q·ln softmax(x), q being (1−ε) of the target and ε spread over all classes. */
function byHand(x: readonly number[], target: readonly number[], w: readonly number[], ε: number): number {
  const total = sum(x.map(Math.exp));
  return -sum(
    x.map((z, c) => (w[c] as number) * ((1 - ε) * (target[c] as number) + ε / 3) * (z - Math.log(total))),
  );
}
const oneHot = (t: number) => [0, 1, 2].map((c) => (c === t ? 1 : 0));

describe.each([0, 0.1, 1])("crossEntropy with label smoothing %s", (labelSmoothing) => {
  describe.each([
    ["equal", [1, 1, 1], undefined],
    ["given", weight, weights],
  ] as const)("and %s class weights", (_name, w, tensorOfWeights) => {
    const options = { labelSmoothing, weight: tensorOfWeights };
    const losses = rowsOf(logits).map((x, n) =>
      targets[n] === -100 ? 0 : byHand(x, oneHot(targets[n] as number), w, labelSmoothing),
    );

    it("the loss of class indices equals its formula; the mean divides by the weights of the targets", () => {
      const loss = (reduction: "none" | "mean" | "sum") =>
        crossEntropy(logits, int(targets), { ...options, reduction });
      expect([...loss("none").data()]).toEqual(close(losses));
      expect(loss("sum").item()).toBeCloseTo(sum(losses), 10);
      const kept = sum(targets.filter((t) => t >= 0).map((t) => w[t] as number));
      expect(loss("mean").item()).toBeCloseTo(sum(losses) / kept, 10);
    });

    it("the loss of probabilities equals its formula; the mean divides by the number of examples", () => {
      const probabilities = uniform([4, 3], 0, 1);
      const P = rowsOf(probabilities);
      const expected = rowsOf(logits).map((x, n) => byHand(x, P[n] as number[], w, labelSmoothing));
      expect([...crossEntropy(logits, probabilities, { ...options, reduction: "none" }).data()]).toEqual(
        close(expected),
      );
      expect(crossEntropy(logits, probabilities, options).item()).toBeCloseTo(sum(expected) / 4, 10);
      gradcheck((x: Tensor, t: Tensor) => crossEntropy(x, t, options), [logits, probabilities]);
    });

    it("the loss has the gradient of central differences", () => {
      gradcheck((x: Tensor) => crossEntropy(x, int(targets), options), [logits]);
    });
  });
});

describe("crossEntropy and nllLoss", () => {
  it("the gradient of crossEntropy is softmax(x) − one-hot(t)", () => {
    const [, gradient] = valueAndGrad((x: Tensor) => crossEntropy(x, int([1]), { reduction: "sum" }))(
      uniform([1, 3]).mul(0),
    );
    expect([...gradient.data()]).toEqual(close([1 / 3, -2 / 3, 1 / 3]));
  });

  it("crossEntropy equals nllLoss of logSoftmax, also with further axes", () => {
    const x = uniform([2, 3, 2, 2]);
    const t = int([0, 1, 2, -100, 1, 1, 0, 2]).reshape([2, 2, 2]);
    for (const reduction of ["none", "mean", "sum"] as const)
      expect(crossEntropy(x, t, { reduction, weight: weights }).toArray()).toEqual(
        nllLoss(x.logSoftmax(1), t, { reduction, weight: weights }).toArray(),
      );
    expect(crossEntropy(x, t, { reduction: "none" }).shape).toEqual([2, 2, 2]);
  });

  it("crossEntropy accepts a single example without a batch axis", () => {
    const x = uniform([3]);
    expect(crossEntropy(x, int(2)).item()).toBe(crossEntropy(x.unsqueeze(0), int([2])).item());
  });

  it.each([
    ["all targets are left out", [-100, -100]],
    ["there are no targets", []],
  ])("where %s, the mean is NaN and the sum 0", (_name, left) => {
    const x = uniform([left.length, 3]);
    expect(crossEntropy(x, int(left)).item()).toBeNaN();
    expect(crossEntropy(x, int(left), { reduction: "sum" }).item()).toBe(0);
  });

  it("an ignored target affects neither value nor gradient, even if its logit is infinite", () => {
    const x = tensor(
      [
        [Number.POSITIVE_INFINITY, 0, Number.NaN],
        [0, 0, 0],
      ],
      { dtype: "float64" },
    );
    const [value, gradient] = valueAndGrad((x: Tensor) => nllLoss(x, int([7, 0]), { ignoreIndex: 7 }))(x);
    expect([value.item() + 0, ...gradient.data()]).toEqual([0, 0, 0, 0, -1, 0, 0]);
  });

  it("crossEntropy is finite at logits of ±1000, and at −∞ for other classes", () => {
    const x = tensor([
      [1000, -1000, 0],
      [0, Number.NEGATIVE_INFINITY, 0],
    ]);
    expect([...crossEntropy(x, int([1, 0]), { reduction: "none" }).data()]).toEqual([
      2000,
      Math.fround(Math.LN2),
    ]);
  });
});
