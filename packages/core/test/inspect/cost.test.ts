import { einsum, evaluate, rand, randint, type Tensor, where, zeros } from "@chainrule/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { target } from "../../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../../src/graph/canonicalize.ts";
import { type Cost, costOfKernel } from "../../src/inspect/cost.ts";
import { summary } from "../../src/inspect/summary.ts";
import { lower } from "../../src/lower/pipeline.ts";
import { given } from "../given.ts";

const kernelsOf = (...ys: Tensor[]) => lower(canonicalize(graphOf(ys.map((y) => y.node))), target);

/** What all kernels of the program that makes `ys` come to. */
function cost(...ys: Tensor[]): Cost {
  const costs = kernelsOf(...ys).kernels.map(costOfKernel);
  const sum = (part: keyof Cost) => costs.reduce((n, c) => n + c[part], 0);
  return { flop: sum("flop"), read: sum("read"), written: sum("written") };
}

const summaries = (...ys: Tensor[]): string[] => {
  const { kernels, items } = kernelsOf(...ys);
  return kernels.map((k) => summary(k, items));
};

const [n, m, k] = [48, 32, 16];

describe("the cost", () => {
  it("of a product is 2mnk, and each of its three matrices once", () => {
    expect(cost(given(m, k).matmul(given(k, n)))).toEqual({
      flop: 2 * m * n * k,
      read: 4 * (m * k + k * n),
      written: 4 * m * n,
    });
  });

  it("of products of all sizes is twice the multiplications, as loops and as products", () => {
    const size = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(size, size, size, fc.integer({ min: 1, max: 4 }), (m, n, k, batch) => {
        const y = einsum("bmk,bkn->bnm", given(batch, m, k), given(batch, k, n));
        expect(cost(y).flop).toBe(2 * batch * m * n * k);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it("of an elementwise formula is a word for each element, and an operand read once however often it is used", () => {
    const [x, y] = [given(n), given(n)];
    expect(cost(x.mul(y).add(x).sqrt())).toEqual({ flop: 3 * n, read: 4 * 2 * n, written: 4 * n });
    const square = x.mul(x);
    expect(cost(square.add(square))).toEqual({ flop: 2 * n, read: 4 * n, written: 4 * n });
  });

  it("of a sum is one addition for each element", () => {
    expect(cost(given(n).sum())).toEqual({ flop: n, read: 4 * n, written: 4 });
    expect(cost(given(m, n).sum(0))).toEqual({ flop: m * n, read: 4 * m * n, written: 4 * n });
    expect(cost(given(m, n).sum(1))).toEqual({ flop: m * n, read: 4 * m * n, written: 4 * m });
  });

  it("of loops that share rows is that of all of them, and what they share is read once", () => {
    const x = given(m, n);
    expect(cost(x.sub(x.sum(1, { keepdim: true })))).toEqual({
      flop: 2 * m * n,
      read: 4 * m * n,
      written: 4 * m * n,
    });
  });

  it("of reading in part is that of the part, and of repeating that of what is repeated", () => {
    expect(cost(given(m, n).narrow(0, 3, 5).neg())).toEqual({
      flop: 5 * n,
      read: 4 * 5 * n,
      written: 4 * 5 * n,
    });
    expect(cost(given(n).expand([m, n]).add(given(m, 1)))).toEqual({
      flop: m * n,
      read: 4 * (n + m),
      written: 4 * m * n,
    });
  });

  it("counts bytes by dtype, and neither integers nor truth values as floating-point work", () => {
    const x = rand([n], { dtype: "float64" });
    const i = randint(0, 5, [n]);
    evaluate(x, i);
    expect(cost(x.neg())).toEqual({ flop: n, read: 8 * n, written: 8 * n });
    expect(cost(i.add(i))).toEqual({ flop: 0, read: 4 * n, written: 4 * n });
    expect(cost(i.gt(2))).toEqual({ flop: 0, read: 4 * n + 4, written: n });
    expect(cost(where(i.gt(2), x, 0)).written).toBe(8 * n);
  });

  it("of reading by index is that of the elements and of the index", () => {
    const i = randint(0, m, [7]);
    evaluate(i);
    expect(cost(given(m, n).indexSelect(0, i))).toEqual({
      flop: 0,
      read: 4 * 7 * n + 4 * 7,
      written: 4 * 7 * n,
    });
  });

  it("of adding by index is an addition for each element of the source", () => {
    const i = randint(0, n, [7]);
    evaluate(i);
    expect(cost(given(n).scatterAdd(0, i, given(7)))).toEqual({
      flop: 7,
      read: 4 * (n + 7 + 7),
      written: 4 * n,
    });
  });

  it("of nothing is nothing", () => {
    const empty = zeros([0, n]);
    evaluate(empty);
    expect(cost(empty.exp())).toEqual({ flop: 0, read: 0, written: 0 });
    expect(cost(given(n))).toEqual({ flop: 0, read: 0, written: 0 });
  });
});

describe("a kernel in one line", () => {
  it("is the sizes of a product, or rows × loops and the ops", () => {
    expect(summaries(given(m, k).matmul(given(k, n)))).toEqual(["gemm 32×48×16"]);
    expect(summaries(einsum("bmk,bkn->bmn", given(3, m, k), given(3, k, n)))).toEqual(["gemm 3 of 32×48×16"]);
    expect(summaries(given(m, n).softmax(1))).toEqual(["nest 32×3·48: amax, sub, exp, sum, div"]);
    expect(summaries(given(m).add(given(n, 1)))).toEqual(["nest 1536: add"]);
    expect(summaries(given(m, n).transpose(0, 1))).toEqual(["nest 1536: permute"]);
    expect(summaries(given(m, n).cumsum(1)).at(-1)).toBe("scan 32×48: recurrence");
  });
});
