import { ChainruleError, type DType, Tensor, tensor } from "@chainrule/core";
import { table } from "@chainrule/core/internal";
import { makeInterpreter, withBackend } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { eachBackend } from "./backends.ts";
import { expectClose, ulp } from "./expect.ts";
import { refusedShapes } from "./refused-shapes.ts";
import { argumentsOf, attempt, type Case, cases, dtypesOf, elementwiseRows, operandsFor } from "./rows.ts";
import { plainElementwise, plainOnDomain } from "./truth/elementwise.ts";
import { elements, plain } from "./truth/plain.ts";
import { plainShaped } from "./truth/shaped.ts";

const exact = makeInterpreter({ exact: true });
const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** What an op gives in int32 or bool for the number that its formula gives. */
const stored = (dtype: DType, x: number): number =>
  dtype === "int32" ? x | 0 : dtype === "float32" ? Math.fround(x) : x;

/**
 * The unit that the error of a row is counted in: that of the result, or of a greater operand. A backend that rounds
 * every word of a formula is as good as if the operands had been rounded, where differences cancel.
 */
const unitAt = (result: number, operands: readonly Tensor[], i: number): number =>
  Math.max(ulp(result), ...operands.map((x) => ulp(Math.min(1, Math.abs(x.data()[i] as number)))));

describe("the independent formulas", () => {
  it("each belong to a row of the table", () => {
    const rows = Object.values(table).flatMap((family) => Object.keys(family));
    const stated = [plainElementwise, plainOnDomain, plainShaped].flatMap((formulas) =>
      Object.keys(formulas),
    );
    expect(stated.filter((name) => !rows.includes(name))).toEqual([]);
  });
});

eachBackend("values of elementwise rows", (on, { ulps }) => {
  for (const row of elementwiseRows)
    for (const dtype of dtypesOf[row.rule]) {
      const formula = plainElementwise[row.name] ?? plainOnDomain[row.name];
      if (formula)
        it(`${row.name} of ${dtype} is its plain formula`, () => {
          const operands = operandsFor(row, dtype, new Array(row.operands).fill([3, 5]));
          const y = on(() => row.call(...operands).data());
          const result = row.call(...operands).dtype;
          const numbers = operands.map((x) => x.data());
          const truth = Array.from(y, (_, i) =>
            stored(result, formula(...numbers.map((n) => n[i] as number))),
          );
          const unit = result === "float32" ? 2 ** -23 : 1e-13;
          expectClose(y, truth, result === "int32" || result === "bool" ? 0 : unit * (1 + ulps));
        });
    }

  for (const row of elementwiseRows) {
    const float = (dtypesOf[row.rule] as readonly DType[]).includes("float32");
    const inputs = () =>
      operandsFor(row, float ? "float32" : "int32", new Array(row.operands).fill([4, 8]), 7);
    it(`${row.name} agrees with the exact interpreter, rounded`, () => {
      const y = on(() => row.call(...inputs()).data());
      const truth = withBackend(exact, () => {
        const z = row.call(...inputs());
        return z.dtype === "float32" ? Float32Array.from(z.to("float64").data()) : z.data();
      });
      for (const [i, t] of truth.entries())
        expect(Math.abs((y[i] as number) - t)).toBeLessThanOrEqual(ulps * unitAt(t, inputs(), i));
    });

    if (float)
      it(`${row.name} rounds to float32 once, from a result in double precision`, () => {
        const narrow = inputs();
        const y = on(() => row.call(...narrow));
        if (y.dtype !== "float32") return expect(["int32", "bool"]).toContain(y.dtype);
        const wide = narrow.map((x) => (x.dtype === "float32" ? x.to("float64") : x));
        const z = on(() => row.call(...wide));
        expect(z.dtype).toBe("float64");
        const [short, long] = on(() => [y.data(), z.data()]);
        for (const [i, v] of short.entries()) {
          expect(v).toBe(Math.fround(v));
          const rounded = Math.fround(long[i] as number);
          expect(Math.abs(v - rounded)).toBeLessThanOrEqual(ulps * unitAt(rounded, narrow, i));
        }
      });
  }
});

/** Compares a sample call with its definition. */
function compare(sample: Case, args: unknown[], on: <T>(body: () => T) => T, ulps: number): void {
  const y = sample.call(...args);
  const definition = plainShaped[sample.row];
  const actual = on(() => y.data());
  expect(y.size).toBe(y.shape.reduce((a, b) => a * b, 1));
  expect(actual).toHaveLength(y.size);
  if (definition) {
    const truth = definition(...args.map((x) => (x instanceof Tensor ? plain(x) : x)));
    expect(y.shape).toEqual(truth.shape);
    const unit = y.dtype === "float32" ? 2 ** -22 : y.dtype === "float64" ? 1e-14 : 0;
    expectClose(actual, elements(truth).map(Number), unit * (1 + ulps));
  } else {
    const truth = withBackend(exact, () => sample.call(...args).data());
    expectClose(actual, truth, y.dtype === "float32" ? 2 ** -22 : 1e-14);
  }
}

it("every sample with refused shapes is a sample of the table", () => {
  const titles = cases.map((c) => c.title);
  expect(Object.keys(refusedShapes).filter((title) => !titles.includes(title))).toEqual([]);
});

eachBackend("values of the other rows", (on, { ulps }) => {
  for (const sample of cases)
    for (const dtype of dtypes)
      it(`${sample.title} of ${dtype} is its definition`, () => {
        compare(sample, argumentsOf(sample, dtype), on, ulps);
      });

  for (const sample of cases.filter((c) => plainShaped[c.row]))
    it(`${sample.title} is its definition where elements are NaN, infinite or tie`, () => {
      const specials = [1, 3, -0, 3, 3, Infinity, 0, -2, Number.NaN, 1, -Infinity, 5, 5];
      for (let start = 0; start < specials.length; start++) {
        const args = argumentsOf(sample, "float64").map((x) =>
          x instanceof Tensor && x.dtype === "float64"
            ? tensor(
                x.data().map((_, i) => specials[(start + i) % specials.length] as number),
                { shape: x.shape },
              )
            : x,
        );
        compare(sample, args, on, ulps);
      }
    });

  for (const sample of cases) {
    const first = sample.sample[0];
    if (!Array.isArray(first)) continue;
    it(`${sample.title} with any axis of size 0 or 1 is its definition, or a listed refusal`, () => {
      const refused: string[] = [];
      for (let d = 0; d < first.length; d++)
        for (const n of [0, 1]) {
          const shape = first.map((size: number, i: number) => (i === d ? n : size));
          const altered = { ...sample, sample: [shape, ...sample.sample.slice(1)] };
          const args = argumentsOf(altered, "float64");
          if (attempt(() => altered.call(...args)) instanceof ChainruleError) refused.push(`${shape}`);
          else compare(altered, args, on, ulps);
        }
      expect(new Set(refused)).toEqual(new Set(refusedShapes[sample.title]));
    });
  }
});
