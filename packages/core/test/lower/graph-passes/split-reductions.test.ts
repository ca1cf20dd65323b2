import { rand, stack, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";

const shapes: readonly (readonly [shape: number[], dims: number | number[]])[] = [
  [[1_000_000, 2], 0],
  [[99_991, 3], 0],
  [[10_007, 1, 5], 0],
  [[2, 20_000, 3], 1],
  [
    [40, 301, 7],
    [0, 1],
  ],
];

describe("a float32 sum down columns of many rows", () => {
  it.each(shapes)("of %j along %j errs by no more than the square root of their number", (shape, dims) => {
    const array = Float32Array.from({ length: shape.reduce((n, d) => n * d) }, (_, i) => 0.1 + (i % 7) / 70);
    const truth = tensor(Float64Array.from(array), { shape, dtype: "float64" }).sum(dims);
    const rows = array.length / truth.size;
    for (const keepdim of [false, true]) {
      const sum = tensor(array, { shape }).sum(dims, { keepdim });
      expect(sum.squeeze().shape).toEqual(truth.squeeze().shape);
      sum.data().forEach((y, i) => {
        const t = truth.data()[i] as number;
        // All terms are positive: n additions one after the other err by at most n·2⁻²⁴ of the sum.
        expect(Math.abs(y - t)).toBeLessThanOrEqual(5 * Math.sqrt(rows) * 2 ** -24 * t);
      });
    }
  });
});

it("a float32 sum down columns has the bits of its blocks, whoever adds up each of them", () => {
  const x = rand([10_000, 3]);
  const blocks = Array.from({ length: 100 }, (_, k) => {
    const block = x.slice(0, 100 * k, 100 * (k + 1)).sum(0);
    block.data();
    return block;
  });
  expect(x.sum(0).data()).toEqual(stack(blocks).sum(0).data());
});
