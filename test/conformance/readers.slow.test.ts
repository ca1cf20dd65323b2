import { compile, type DType, type Tensor, tensor, where } from "@chainrule/core";
import { table } from "@chainrule/core/internal";
import { interpreter, withBackend } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { stream } from "./draw.ts";
import { asCall } from "./rows.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const sizes = [1, 4, 64, 1000];
const dtypes: readonly DType[] = ["bool", "int32", "float32", "float64"];

/** Numbers of which sums and products are exact: a few are 2, the others 1, 0 and −1, or all of them but 0. */
function numbers(n: number, dtype: DType, kind: "mixed" | "least" | "greatest" | "units"): Tensor {
  const next = stream(n);
  const draw = {
    mixed: () => Math.floor(next() * 4) - 1,
    least: () => (dtype === "bool" ? 0 : -5),
    greatest: () => (dtype === "bool" ? 1 : 5),
    units: () => (next() < 0.5 ? -1 : 1),
  }[kind];
  const values = Float64Array.from({ length: n }, draw);
  return dtype === "bool" ? tensor(values).gt(0) : tensor(values, { dtype });
}

/** What is reduced: all of a vector, rows, and columns. */
const layouts: Readonly<Record<string, { readonly shape: (n: number) => number[]; readonly dim: number }>> = {
  vector: { shape: (n) => [n], dim: 0 },
  rows: { shape: (n) => [3, n], dim: 1 },
  columns: { shape: (n) => [n, 3], dim: 0 },
  "many rows": { shape: (n) => [65, n], dim: 1 },
  "many columns": { shape: (n) => [n, 66], dim: 0 },
};

/** What reads the result of a reduction of x, in the same loops. */
const readers: Readonly<Record<string, (y: Tensor, x: Tensor) => Tensor>> = {
  itself: (y) => y,
  "as float32": (y) => y.to("float32"),
  "as bool": (y) => y.to("bool"),
  "a sum with a number": (y) => y.add(1),
  "a comparison with a number": (y) => y.eq(0),
  "a choice": (y) => where(y.to("bool"), 1, 0),
  "a comparison with what was reduced": (y, x) => x.eq(y),
  "a difference to what was reduced": (y, x) => x.to("float64").sub(y),
  "another reduction": (y, x) => x.eq(y).sum(),
};

const bits = (x: Tensor): readonly (number | string)[] =>
  Array.from(x.data(), (v) => (Object.is(v, -0) ? "−0" : v));

/** The layouts that a size is tried in; many results of many elements would show nothing that fewer do not. */
const layoutsOf = (n: number) => Object.values(layouts).filter(({ shape }) => sizeOf(shape(n)) <= 5000);

describe.each(Object.keys(table.reduction))("%s", (name) => {
  const reduce = asCall(table.reduction[name as keyof typeof table.reduction]);
  const kinds = name === "prod" ? (["units"] as const) : (["mixed", "least", "greatest"] as const);
  it.each(dtypes)(
    "of %s has one result alone, with its readers, compiled and on the interpreter",
    (dtype) => {
      let turn = 0;
      for (const n of sizes)
        for (const { shape, dim } of layoutsOf(n)) {
          const reader = Object.values(readers)[
            turn++ % Object.keys(readers).length
          ] as (typeof readers)[string];
          const result = (x: Tensor) => reduce(x, dim, { keepdim: true });
          const all = (x: Tensor) => Object.values(readers).map((f) => f(result(x), x));
          const fused = [compile((x: Tensor) => [reader(result(x), x)]), compile(all)];
          for (const kind of kinds) {
            const given = () => numbers(sizeOf(shape(n)), dtype, kind).reshape(shape(n));
            const what = `${n} ${kind} in [${shape(n)}]`;
            const [alone, ...truth] = withBackend(interpreter, () =>
              [result(given()), ...all(given())].map(bits),
            );
            const x = given();
            expect(bits(result(x)), `${what}, alone`).toEqual(alone);
            const [one, together] = fused.map((f) => f(x).map(bits));
            expect(together, `${what}, with all readers`).toEqual(truth);
            expect(one, `${what}, with ${reader}`).toEqual([truth[Object.values(readers).indexOf(reader)]]);
          }
        }
    },
  );
});
