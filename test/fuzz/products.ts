import type { DType } from "@chainrule/core";
import fc from "fast-check";
import { drawn, stream } from "../conformance/draw.ts";

/** A product of two tensors with axes in any order: batch axes of both, rows of one, columns of the other, summed axes. */
export interface Product {
  readonly seed: number;
  readonly dtype: DType;
  /** Sizes of the axes of each kind. */
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly sums: readonly number[];
  /** Keys that sort the letters of a, b and the result. */
  readonly order: readonly (readonly number[])[];
}

const sizes = (...some: number[]) => fc.array(fc.constantFrom(...some), { maxLength: 2 });
export const products: fc.Arbitrary<Product> = fc.record({
  seed: fc.nat(),
  dtype: fc.constantFrom<DType>("float32", "float64", "int32"),
  batch: sizes(1, 2, 5),
  rows: sizes(1, 3, 8, 17),
  columns: sizes(1, 2, 9, 20),
  sums: sizes(1, 2, 3, 7, 16, 33),
  order: fc.array(fc.array(fc.nat(99), { minLength: 8, maxLength: 8 }), { minLength: 3, maxLength: 3 }),
});

/** The equation of a product and its operands. */
export function partsOf({ seed, dtype, batch, rows, columns, sums, order }: Product) {
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
