import { type Tensor, tensor } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, rowsOf, uniform } from "../draw.ts";

const { exp, hypot, log, max, min } = Math;
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((x, i) => x * (b[i] as number)));
const cosine = (a: readonly number[], b: readonly number[]) => dot(a, b) / (hypot(...a) * hypot(...b));
const distance = (a: readonly number[], b: readonly number[], p = 2) =>
  sum(a.map((x, i) => Math.abs(x - (b[i] as number) + 1e-6) ** p)) ** (1 / p);

const [a, b, c] = [uniform([4, 3]), uniform([4, 3]), uniform([4, 3])];
const [A, B, C] = [a, b, c].map(rowsOf) as [number[][], number[][], number[][]];
const signs = [1, -1, -1, 1];
const classes = [0, 2, 1, 2];
const int = (x: readonly number[] | readonly number[][]) => tensor(x, { dtype: "int32" });
const lists = [
  [2, 0, -1],
  [1, -1, 0],
  [-1, 1, 2],
  [0, 1, 2],
];
const bits = rowsOf(uniform([4, 3], 0, 1)).map((row) => row.map(Math.round));

interface Row {
  readonly name: string;
  readonly loss: (x: Tensor, reduction: nn.Reduction) => Tensor;
  /** The loss of example n, whose first input is x. */
  readonly truth: (x: readonly number[], n: number) => number;
}

const rows: readonly Row[] = [
  {
    name: "cosineEmbeddingLoss",
    loss: (x, reduction) => nn.cosineEmbeddingLoss(x, b, tensor(signs), { reduction, margin: 0.1 }),
    truth: (x, n) => {
      const cos = cosine(x, B[n] as number[]);
      return signs[n] === 1 ? 1 - cos : max(0, cos - 0.1);
    },
  },
  {
    name: "tripletMarginLoss",
    loss: (x, reduction) => nn.tripletMarginLoss(x, b, c, { reduction, margin: 0.5 }),
    truth: (x, n) => max(0, distance(x, B[n] as number[]) - distance(x, C[n] as number[]) + 0.5),
  },
  {
    name: "tripletMarginLoss by another norm, with swap",
    loss: (x, reduction) => nn.tripletMarginLoss(x, b, c, { reduction, p: 3, swap: true }),
    truth: (x, n) => {
      const [p, q] = [B[n] as number[], C[n] as number[]];
      return max(0, distance(x, p, 3) - min(distance(x, q, 3), distance(p, q, 3)) + 1);
    },
  },
  ...[1, 2].map((p) => ({
    name: `multiMarginLoss to the power ${p}`,
    loss: (x: Tensor, reduction: nn.Reduction) =>
      nn.multiMarginLoss(x, int(classes), { reduction, p, weight: tensor([1, 2, 3]) }),
    truth: (x: readonly number[], n: number) => {
      const t = classes[n] as number;
      const terms = x.map((xi, i) => (i === t ? 0 : (t + 1) * max(0, 1 - (x[t] as number) + xi) ** p));
      return sum(terms) / 3;
    },
  })),
  {
    name: "multilabelMarginLoss",
    loss: (x, reduction) => nn.multilabelMarginLoss(x, int(lists), { reduction }),
    truth: (x, n) => {
      const list = lists[n] as number[];
      const targets = list.slice(0, list.includes(-1) ? list.indexOf(-1) : undefined);
      const others = x.filter((_, i) => !targets.includes(i));
      return sum(targets.flatMap((t) => others.map((xi) => max(0, 1 - (x[t] as number) + xi)))) / 3;
    },
  },
  {
    name: "multilabelSoftMarginLoss",
    loss: (x, reduction) => nn.multilabelSoftMarginLoss(x, tensor(bits), { reduction }),
    truth: (x, n) => sum(x.map((z, i) => log(1 + exp(bits[n]?.[i] === 1 ? -z : z)))) / 3,
  },
];

describe.each(rows)("$name", ({ loss, truth }) => {
  const expected = A.map(truth);

  it("the loss equals its formula for each example, with every reduction", () => {
    expect([...loss(a, "none").data()]).toEqual(close(expected));
    expect(loss(a, "mean").item()).toBeCloseTo(sum(expected) / 4, 10);
    expect(loss(a, "sum").item()).toBeCloseTo(sum(expected), 10);
  });

  it("the loss has the gradient of central differences", () => {
    gradcheck((x: Tensor) => loss(x, "none"), [a]);
  });
});

describe("distances", () => {
  it("cosineSimilarity is the cosine of the angle, and 0 for a zero vector", () => {
    expect([...nn.cosineSimilarity(a, b).data()]).toEqual(
      close(A.map((x, n) => cosine(x, B[n] as number[]))),
    );
    expect(nn.cosineSimilarity(tensor([0, 0]), tensor([1, 2]), { dim: 0 }).item()).toBe(0);
  });

  it("pairwiseDistance is the length of the difference", () => {
    expect([...nn.pairwiseDistance(a, b).data()]).toEqual(
      close(A.map((x, n) => distance(x, B[n] as number[]))),
    );
  });
});
