import { type DType, type Tensor, tensor, valueAndGrad } from "@chainrule/core";
import { bceWithLogits, binaryCrossEntropy, gaussianNllLoss, klDiv } from "@chainrule/nn";
import { describe, expect, it } from "vitest";

const float64 = { dtype: "float64" } as const;

/** What is true of ln(1 + eˣ) and σ(x), without overflow and without cancellation. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number) => (x > 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** A few units in the last place, and of the smallest number that there is. */
const precision: Readonly<Partial<Record<DType, readonly [relative: number, smallest: number]>>> = {
  float32: [5e-7, 1.5e-45],
  float64: [1e-15, 0],
};

describe.each(Object.entries(precision))("bceWithLogits in %s", (dtype, [relative, smallest]) => {
  const agrees = (actual: number, truth: number) =>
    expect(Math.abs(actual - truth)).toBeLessThanOrEqual(smallest + relative * Math.abs(truth));

  it.each([0, 17, -17, 89, -89, 1000, -1000])(
    "bceWithLogits keeps full relative accuracy at the logit %s",
    (z) => {
      const options = { dtype: dtype as DType };
      for (const [label, sign] of [
        [0, 1],
        [1, -1],
      ] as const) {
        const f = (z: Tensor) => bceWithLogits(z, tensor([label], options));
        const [loss, gradient] = valueAndGrad(f)(tensor([z], options));
        agrees(loss.item(), softplus(sign * z));
        agrees(gradient.item(), sign * sigmoid(sign * z));
      }
    },
  );
});

it.each([1e-8, -1e-8, 0.5, 17, 1000])(
  "bceWithLogits has the gradient −z in its target, exactly, at z = %s",
  (z) => {
    for (const label of [0, 0.3, 1]) {
      const f = (y: Tensor) => bceWithLogits(tensor([z]), y);
      expect(valueAndGrad(f)(tensor([label]))[1].item()).toBe(-Math.fround(z));
    }
  },
);

describe("losses at the end of their domain", () => {
  it("binaryCrossEntropy is finite at 0 and 1, and steep where the prediction is wrong", () => {
    const f = (p: Tensor) => binaryCrossEntropy(p, tensor([0, 1, 1, 0], float64), { reduction: "sum" });
    const [, gradient] = valueAndGrad(f)(tensor([0, 1, 0, 1], float64));
    const losses = binaryCrossEntropy(tensor([0, 1, 0, 1]), tensor([0, 1, 1, 0]), { reduction: "none" });
    expect(losses.add(0).toArray()).toEqual([0, 0, 100, 100]);
    expect(gradient.add(0).toArray()).toEqual([0, 0, -1e12, 1e12]);
  });

  it("klDiv is 0 where the target is 0, even where the input is −∞", () => {
    const f = (x: Tensor) => klDiv(x, tensor([0, 1], float64), { reduction: "sum" });
    const [loss, gradient] = valueAndGrad(f)(tensor([Number.NEGATIVE_INFINITY, -2], float64));
    expect(loss.item()).toBe(2);
    expect(gradient.add(0).toArray()).toEqual([0, -1]);
  });

  it("gaussianNllLoss has a gradient in a variance of 0", () => {
    const f = (v: Tensor) => gaussianNllLoss(tensor([1], float64), tensor([0], float64), v);
    const [loss, gradient] = valueAndGrad(f)(tensor([0], float64));
    expect(loss.item()).toBeCloseTo(0.5 * (Math.log(1e-6) + 1e6), 6);
    expect(gradient.item()).toBeCloseTo(0.5 * (1e6 - 1e12), 3);
  });
});
