import { type Tensor, tensor } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, uniform } from "../draw.ts";

const { abs, exp, log, max, PI } = Math;
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const signs = tensor([1, -1, -1, 1, 1, -1], { dtype: "float64" }).reshape([2, 3]);
const labels = tensor([1, 0, 0.25, 1, 0, 1], { dtype: "float64" }).reshape([2, 3]);
const counts = tensor([0, 1, 2, 5, 3, 1], { dtype: "float64" }).reshape([2, 3]);

interface Row {
  readonly name: string;
  readonly loss: (input: Tensor, target: Tensor, reduction: nn.Reduction) => Tensor;
  readonly input: Tensor;
  readonly target: Tensor;
  /** The loss of one element, as its docstring has it. */
  readonly truth: (x: number, t: number, i: number) => number;
}

const any = uniform([2, 3]);
const probabilities = uniform([2, 3], 0.1, 0.9);
const weight = [0.5, 2, 3];
const weights = tensor(weight, { dtype: "float64" });
const perRow = weights.slice(0, 0, 2);
const huber = (e: number, δ: number) => (abs(e) <= δ ? (e * e) / 2 : δ * (abs(e) - δ / 2));
const logistic = (z: number, t: number, p = 1) => (1 - t) * log(1 + exp(z)) + p * t * log(1 + exp(-z));
const stirling = (t: number) => (t > 1 ? t * log(t) - t + 0.5 * log(2 * PI * t) : 0);

const rows: readonly Row[] = [
  {
    name: "binaryCrossEntropy",
    loss: (x, t, reduction) => nn.binaryCrossEntropy(x, t, { reduction }),
    input: probabilities,
    target: labels,
    truth: (p, t) => -(t * log(p) + (1 - t) * log(1 - p)),
  },
  {
    name: "binaryCrossEntropy with weights",
    loss: (x, t, reduction) => nn.binaryCrossEntropy(x, t, { reduction, weight: weights }),
    input: probabilities,
    target: labels,
    truth: (p, t, i) => -(weight[i % 3] as number) * (t * log(p) + (1 - t) * log(1 - p)),
  },
  {
    name: "bceWithLogits",
    loss: (x, t, reduction) => nn.bceWithLogits(x, t, { reduction }),
    input: any,
    target: labels,
    truth: (z, t) => logistic(z, t),
  },
  {
    name: "bceWithLogits with weights",
    loss: (x, t, reduction) => nn.bceWithLogits(x, t, { reduction, weight: weights, posWeight: weights }),
    input: any,
    target: labels,
    truth: (z, t, i) => (weight[i % 3] as number) * logistic(z, t, weight[i % 3]),
  },
  {
    name: "mseLoss",
    loss: (x, t, reduction) => nn.mseLoss(x, t, { reduction }),
    input: any,
    target: counts,
    truth: (x, t) => (x - t) ** 2,
  },
  {
    name: "l1Loss",
    loss: (x, t, reduction) => nn.l1Loss(x, t, { reduction }),
    input: any,
    target: counts,
    truth: (x, t) => abs(x - t),
  },
  {
    name: "huberLoss",
    loss: (x, t, reduction) => nn.huberLoss(x, t, { reduction, delta: 1.5 }),
    input: any,
    target: counts,
    truth: (x, t) => huber(x - t, 1.5),
  },
  {
    name: "smoothL1Loss",
    loss: (x, t, reduction) => nn.smoothL1Loss(x, t, { reduction, beta: 1.5 }),
    input: any,
    target: counts,
    truth: (x, t) => huber(x - t, 1.5) / 1.5,
  },
  {
    name: "smoothL1Loss of beta 0",
    loss: (x, t, reduction) => nn.smoothL1Loss(x, t, { reduction, beta: 0 }),
    input: any,
    target: counts,
    truth: (x, t) => abs(x - t),
  },
  {
    name: "klDiv",
    loss: (x, t, reduction) => nn.klDiv(x, t, { reduction }),
    input: any,
    target: probabilities,
    truth: (x, t) => t * (log(t) - x),
  },
  {
    name: "klDiv of logarithms",
    loss: (x, t, reduction) => nn.klDiv(x, t, { reduction, logTarget: true }),
    input: any,
    target: probabilities,
    truth: (x, t) => exp(t) * (t - x),
  },
  {
    name: "poissonNllLoss",
    loss: (x, t, reduction) => nn.poissonNllLoss(x, t, { reduction, full: true }),
    input: any,
    target: counts,
    truth: (x, t) => exp(x) - t * x + stirling(t),
  },
  {
    name: "poissonNllLoss of rates",
    loss: (x, t, reduction) => nn.poissonNllLoss(x, t, { reduction, logInput: false, eps: 0.1 }),
    input: probabilities,
    target: counts,
    truth: (x, t) => x - t * log(x + 0.1),
  },
  {
    name: "gaussianNllLoss",
    loss: (x, t, reduction) => nn.gaussianNllLoss(x, t, weights.expand(x.shape), { reduction, full: true }),
    input: any,
    target: counts,
    truth: (x, t, i) => {
      const v = weight[i % 3] as number;
      return 0.5 * (log(2 * PI * v) + (x - t) ** 2 / v);
    },
  },
  {
    name: "gaussianNllLoss of a variance for each row",
    loss: (x, t, reduction) => nn.gaussianNllLoss(x, t, perRow.slice(0, 0, x.shape[0]), { reduction }),
    input: any,
    target: counts,
    truth: (x, t, i) => 0.5 * (log(weight[i < 3 ? 0 : 1] as number) + (x - t) ** 2 / (i < 3 ? 0.5 : 2)),
  },
  {
    name: "hingeEmbeddingLoss",
    loss: (x, t, reduction) => nn.hingeEmbeddingLoss(x, t, { reduction, margin: 0.7 }),
    input: any,
    target: signs,
    truth: (x, t) => (t === 1 ? x : max(0, 0.7 - x)),
  },
  {
    name: "marginRankingLoss",
    loss: (x, t, reduction) => nn.marginRankingLoss(x, x.square(), t, { reduction, margin: 0.2 }),
    input: any,
    target: signs,
    truth: (x, t) => max(0, 0.2 - t * (x - x * x)),
  },
  {
    name: "softMarginLoss",
    loss: (x, t, reduction) => nn.softMarginLoss(x, t, { reduction }),
    input: any,
    target: signs,
    truth: (x, t) => log(1 + exp(-t * x)),
  },
];

describe.each(rows)("$name", ({ loss, input, target, truth }) => {
  const [x, t] = [input.data(), target.data()];
  const expected = Array.from(x, (value, i) => truth(value, t[i] as number, i));

  it("the loss equals its formula for each element", () => {
    const y = loss(input, target, "none");
    expect(y.shape).toEqual(input.shape);
    expect([...y.data()]).toEqual(close(expected));
  });

  it("the loss reduces to the mean over elements and to the sum", () => {
    expect(loss(input, target, "mean").item()).toBeCloseTo(sum(expected) / expected.length, 10);
    expect(loss(input, target, "sum").item()).toBeCloseTo(sum(expected), 10);
  });

  it("the loss has the gradients of central differences in input and target", () => {
    const discrete = target === signs || target === counts;
    if (discrete) gradcheck((x: Tensor) => loss(x, target, "none"), [input]);
    else gradcheck((x: Tensor, t: Tensor) => loss(x, t, "none"), [input, target]);
  });

  it("the mean of an empty loss is NaN and its sum 0", () => {
    const [none, nothing] = [input.slice(0, 0, 0), target.slice(0, 0, 0)];
    expect(loss(none, nothing, "mean").item()).toBeNaN();
    expect(loss(none, nothing, "sum").item()).toBe(0);
  });

  it("the loss throws for an unknown reduction and names it", () => {
    expect(() => loss(input, target, "average" as nn.Reduction)).toThrow(
      /reduction "average" must be one of/,
    );
  });
});
