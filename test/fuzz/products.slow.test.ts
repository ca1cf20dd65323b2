import { compile, type DType, einsum, evaluate, type Tensor } from "@chainrule/core";
import { makeInterpreter, withBackend } from "@chainrule/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { drawn, stream } from "../conformance/draw.ts";
import { check } from "./check.ts";

/** A product of tensors whose letters stand in any order: shared by both and kept, kept of one of them, or summed over. */
interface Product {
  readonly seed: number;
  readonly dtype: DType;
  /** Sizes of the letters of each kind. */
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly sums: readonly number[];
  /** Keys to order the letters of a, b and the result by. */
  readonly order: readonly (readonly number[])[];
}

const sizes = (...some: number[]) => fc.array(fc.constantFrom(...some), { maxLength: 2 });
const products: fc.Arbitrary<Product> = fc.record({
  seed: fc.nat(),
  dtype: fc.constantFrom<DType>("float32", "float64", "int32"),
  batch: sizes(1, 2, 5),
  rows: sizes(1, 3, 8, 17),
  columns: sizes(1, 2, 9, 20),
  sums: sizes(1, 2, 3, 7, 16, 33),
  order: fc.array(fc.array(fc.nat(99), { minLength: 8, maxLength: 8 }), { minLength: 3, maxLength: 3 }),
});

function partsOf({ seed, dtype, batch, rows, columns, sums, order }: Product) {
  const all = [batch, rows, columns, sums].flatMap((list, kind) => list.map((size) => ({ size, kind })));
  const letters = all.map((l, i) => ({ ...l, name: "abcdefgh"[i] as string }));
  const ordered = (operand: number, kinds: readonly number[]) =>
    letters
      .filter((l) => kinds.includes(l.kind))
      .sort(
        (p, q) => (order[operand]?.[letters.indexOf(p)] ?? 0) - (order[operand]?.[letters.indexOf(q)] ?? 0),
      );
  const [a, b, out] = [ordered(0, [0, 1, 3]), ordered(1, [0, 2, 3]), ordered(2, [0, 1, 2])] as const;
  const next = stream(seed);
  const operand = (list: typeof a) =>
    drawn(
      next,
      list.map((l) => l.size),
      dtype,
      [-3, 3],
    );
  const text = [a, b, out].map((list) => list.map((l) => l.name).join(""));
  return { equation: `${text[0]},${text[1]}->${text[2]}`, x: operand(a), y: operand(b) };
}

eachBackend("products of tensors with any axes", (on) => {
  it("are what the interpreter finds in double precision, and the same bits compiled with what is elementwise around them", () => {
    check(products, { seed: 23, numRuns: 150 }, (product) => {
      const { equation, x, y } = partsOf(product);
      const truth = withBackend(makeInterpreter({ exact: true }), () => einsum(equation, x, y).data());
      const bound = withBackend(makeInterpreter({ exact: true }), () =>
        einsum(equation, x.abs(), y.abs()).to("float64").data(),
      );
      on(() => {
        const z = einsum(equation, x, y);
        evaluate(z);
        const epsilon = { float32: 1e-6, float64: 1e-14, int32: 0, bool: 0 }[product.dtype];
        for (const [i, v] of z.data().entries())
          expect(Math.abs(v - (truth[i] as number))).toBeLessThanOrEqual(epsilon * (bound[i] as number));
        const twice = compile((u: Tensor, v: Tensor) => einsum(equation, u.neg(), v.neg()).mul(1));
        expect(twice(x, y).data()).toEqual(z.data());
      });
    });
  });
});

describe("a matrix larger than the caches", () => {
  it.each([
    [20_001, 300],
    [1_500, 4_099],
  ])(
    "of %i rows and %i columns, times a vector, has the bits of its rows and columns apart",
    (rows, columns) => {
      const next = stream(rows);
      const x = drawn(next, [rows, columns], "float32");
      const [w, v] = [drawn(next, [columns], "float32"), drawn(next, [rows], "float32")];
      const [down, across] = [x.matmul(w).data(), v.matmul(x).data()];
      const parts = (n: number) => [0, Math.floor(n / 2), n - 21].map((from) => [from, from + 21] as const);
      for (const [from, to] of parts(rows))
        expect(x.slice(0, from, to).matmul(w).data()).toEqual(down.slice(from, to));
      for (const [from, to] of parts(columns))
        expect(v.matmul(x.slice(1, from, to)).data()).toEqual(across.slice(from, to));
    },
  );
});
