import { type Tensor, tensor } from "@chainrule/core";
import { expect, it } from "vitest";
import { eachBackend } from "./backends.ts";

const edges = [
  0,
  1,
  -1,
  2,
  -2,
  3,
  7,
  -7,
  31,
  32,
  46_341,
  65_536,
  123_456_789,
  2 ** 31 - 1,
  -(2 ** 31),
  1 - 2 ** 31,
];
const counts = [-1, 0, 1, 2, 15, 30, 31, 32, 33, 64, 2 ** 31 - 1, -(2 ** 31)];
const powers = [0, 1, 2, 3, 5, 31, 32, 33, 40, 55, 1000, 2 ** 31 - 1];

const wrap = (x: bigint): number => Number(BigInt.asIntN(32, x));
const floorOf = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

function power(a: bigint, n: bigint): bigint {
  let [result, square] = [1n, a];
  for (let left = n; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(32, result * square);
    square = BigInt.asIntN(32, square * square);
  }
  return result;
}

/** A shift as of numbers with all bits: by 32 or more, or by a negative count, everything is moved out. */
const shifted = (by: (a: bigint, n: bigint) => bigint) => (a: bigint, n: bigint) =>
  by(a, n < 0n || n > 32n ? 32n : n);

interface Row {
  readonly call: (a: Tensor, b: Tensor) => Tensor;
  readonly truth: (a: bigint, b: bigint) => bigint;
  readonly others: readonly number[];
}

const nonzero = edges.filter((x) => x !== 0);
const least = (a: bigint, b: bigint) => (a < b ? a : b);
const greatest = (a: bigint, b: bigint) => (a > b ? a : b);

/** Ops on two int32 tensors, and what they are in whole numbers of any size, before these wrap. */
const rows: Readonly<Record<string, Row>> = {
  add: { call: (a, b) => a.add(b), truth: (a, b) => a + b, others: edges },
  sub: { call: (a, b) => a.sub(b), truth: (a, b) => a - b, others: edges },
  mul: { call: (a, b) => a.mul(b), truth: (a, b) => a * b, others: edges },
  minimum: { call: (a, b) => a.minimum(b), truth: least, others: edges },
  maximum: { call: (a, b) => a.maximum(b), truth: greatest, others: edges },
  floorDivide: { call: (a, b) => a.floorDivide(b), truth: floorOf, others: nonzero },
  remainder: { call: (a, b) => a.remainder(b), truth: (a, b) => a - floorOf(a, b) * b, others: nonzero },
  fmod: { call: (a, b) => a.fmod(b), truth: (a, b) => a % b, others: nonzero },
  pow: { call: (a, b) => a.pow(b), truth: power, others: powers },
  neg: { call: (a) => a.neg(), truth: (a) => -a, others: [0] },
  abs: { call: (a) => a.abs(), truth: (a) => (a < 0n ? -a : a), others: [0] },
  square: { call: (a) => a.square(), truth: (a) => a * a, others: [0] },
  bitwiseAnd: { call: (a, b) => a.bitwiseAnd(b), truth: (a, b) => a & b, others: edges },
  bitwiseOr: { call: (a, b) => a.bitwiseOr(b), truth: (a, b) => a | b, others: edges },
  bitwiseXor: { call: (a, b) => a.bitwiseXor(b), truth: (a, b) => a ^ b, others: edges },
  bitwiseLeftShift: {
    call: (a, b) => a.bitwiseLeftShift(b),
    truth: shifted((a, n) => a << n),
    others: counts,
  },
  bitwiseRightShift: {
    call: (a, b) => a.bitwiseRightShift(b),
    truth: shifted((a, n) => a >> n),
    others: counts,
  },
  bitwiseRightShiftLogical: {
    call: (a, b) => a.bitwiseRightShiftLogical(b),
    truth: shifted((a, n) => BigInt.asUintN(32, a) >> n),
    others: counts,
  },
};

const int = (x: readonly number[]): Tensor => tensor(Int32Array.from(x));
const big = (x: number): bigint => BigInt(x);

eachBackend("int32", (on) => {
  it.each(Object.entries(rows))("%s is exact modulo 2³²", (_, { call, truth, others }) => {
    for (const b of others) {
      const expected = edges.map((a) => wrap(truth(big(a), big(b))));
      const b32 = int(edges.map(() => b));
      expect(
        on(() => Array.from(call(int(edges), b32).data())),
        `tensors of ${b}`,
      ).toEqual(expected);
      expect(
        on(() => Array.from(call(int(edges), tensor(b, { dtype: "int32" })).data())),
        `${b}`,
      ).toEqual(expected);
    }
  });

  it("sums, products, dots and running ones are exact modulo 2³²", () => {
    const [sum, product] = [edges.reduce((n, x) => n + big(x), 0n), [3, 123_456_789, 987_654_321, -7]];
    const others = [...edges].reverse();
    const dot = edges.reduce((n, x, i) => n + big(x) * big(others[i] as number), 0n);
    const running = (f: (y: bigint, x: bigint) => bigint, list: readonly number[]) =>
      list.map((_, i) =>
        wrap(
          list
            .slice(0, i + 1)
            .map(big)
            .reduce(f),
        ),
      );
    on(() => {
      expect(int(edges).sum().item()).toBe(wrap(sum));
      expect(int(product).prod().item()).toBe(wrap(product.map(big).reduce((a, b) => a * b)));
      expect(int(edges).dot(int(others)).item()).toBe(wrap(dot));
      expect(Array.from(int(edges).cumsum(0).data())).toEqual(running((a, b) => a + b, edges));
      expect(Array.from(int(product).cumprod(0).data())).toEqual(running((a, b) => a * b, product));
      const rows = int([...edges, ...others]).reshape([2, edges.length]);
      expect(rows.matmul(rows.transpose()).toArray()).toEqual([
        [wrap(edges.reduce((n, x) => n + big(x) ** 2n, 0n)), wrap(dot)],
        [wrap(dot), wrap(edges.reduce((n, x) => n + big(x) ** 2n, 0n))],
      ]);
      const into = int([5]).scatterAdd(0, int(edges.map(() => 0)), int(edges));
      expect(into.item()).toBe(wrap(sum + 5n));
    });
  });
});

/** What makes a −0 of −0, and what makes a 0 of it. */
const signs: readonly (readonly [string, (x: Tensor) => Tensor, number])[] = [
  ["a slice", (x) => x.slice(0, 0, 1), -0],
  ["a gather", (x) => x.gather(0, int([0])), -0],
  ["a scatter", (x) => tensor([1]).scatter(0, int([0]), x), -0],
  [
    "what a scatter leaves",
    (x) =>
      x
        .pad([0, 1])
        .scatter(0, int([1]), x)
        .slice(0, 0, 1),
    -0,
  ],
  ["an addition of −0 by a scatter", (x) => x.scatterAdd(0, int([0]), x), -0],
  ["a running sum", (x) => x.cumsum(0), -0],
  ["a running product", (x) => x.cumprod(0), -0],
  ["the greatest", (x) => x.amax(0), -0],
  ["the least", (x) => x.amin(0), -0],
  ["a product", (x) => x.prod(0), -0],
  ["a choice", (x) => x.lt(1).logicalNot().logicalNot().to("float32").mul(x), -0],
  ["a sum", (x) => x.sum(0), 0],
  ["a sum down columns", (x) => x.expand([3, 1]).pad([0, 4]).sum(0), 0],
  ["a sum of many short rows", (x) => x.expand([100, 3]).sum(1), 0],
  ["a dot", (x) => x.dot(tensor([1])), 0],
  ["a product of matrices", (x) => x.expand([40, 40]).matmul(tensor([1]).expand([40, 40])), 0],
];

eachBackend("the sign of zero", (on) => {
  it.each(signs)("of %s of −0", (_, f, expected) => {
    for (const dtype of ["float32", "float64"] as const) {
      const y = on(
        () =>
          f(tensor([-0], { dtype }))
            .reshape([-1])
            .data()[0],
      );
      expect(Object.is(y, expected), `${dtype}: ${y}`).toBe(true);
    }
  });
});
