import { grad, jvp, onesLike, type scalar, type Tensor, tensor, where } from "@chainrule/core";
import { computes } from "@chainrule/core/internal";
import { expect, it } from "vitest";
import { eachBackend } from "./backends.ts";
import { dtypesOf, type ElementwiseRow, elementwiseRows } from "./rows.ts";
import { plainElementwise } from "./truth/elementwise.ts";

const specials = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2.5, 3, 90, -90, 1e-30, 1e30] as const;

/** Every combination of special values for a row's operands, one column for each operand. */
function grid(operands: number): number[][] {
  const values = operands < 3 ? specials : specials.slice(0, 8);
  const columns: number[][] = Array.from({ length: operands }, () => []);
  for (let k = 0; k < values.length ** operands; k++)
    columns.forEach((column, d) => {
      column.push(values[Math.floor(k / values.length ** d) % values.length] as number);
    });
  return columns;
}

/** A formula evaluated primitive by primitive, without any backend. */
function evaluated(e: scalar.Expr, args: readonly number[]): number {
  if (e.kind === "arg") return args[e.index] as number;
  if (e.kind === "const") return e.value;
  return computes(e.name, e.op)(...e.args.map((a) => evaluated(a, args)));
}

const formulaOf = (row: ElementwiseRow, args: readonly number[]): number => {
  const names = args.map((_, index) => ({ kind: "arg" as const, index, name: `x${index}` }));
  return evaluated(row.formula.f(...names), args);
};

/** The same number: NaN is NaN, −0 is not 0, and rounding may move other results by `relative`. */
function expectSame(actual: number, expected: number, relative: number, at: string, absolute = 0): void {
  const same =
    Object.is(actual, expected) ||
    Math.abs(actual - expected) < absolute ||
    (Number.isFinite(expected) && expected !== 0 && Math.abs(actual / expected - 1) <= relative);
  if (!same) expect.fail(`${at} is ${Object.is(actual, -0) ? "-0" : actual}, expected ${expected}`);
}

function operandsAt(
  row: ElementwiseRow,
  columns: readonly number[][],
  dtype: "float32" | "float64",
): Tensor[] {
  return columns.map((column, i) => {
    const x = tensor(column, { dtype });
    return row.rule === "branches" && i === 0 ? x.ne(0) : x;
  });
}

eachBackend("special values", (on, { ulps }) => {
  const floatRows = elementwiseRows.filter((row) => dtypesOf[row.rule].includes("float64"));
  for (const row of floatRows)
    for (const dtype of ["float32", "float64"] as const) {
      it(`${row.name} of ${dtype} is its formula at NaN, ±∞, ±0 and extremes`, () => {
        const columns = grid(row.operands);
        const operands = operandsAt(row, columns, dtype);
        const y = on(() => row.call(...operands));
        const values = on(() => y.data());
        const round = y.dtype === "float32" ? Math.fround : (x: number) => x;
        const numbers = operands.map((x) => x.data());
        const unit = (1 + ulps) * (y.dtype === "float32" ? 2 ** -23 : 2 ** -49);
        for (const [k, value] of values.entries()) {
          const args = numbers.map((n) => n[k] as number);
          const bits = row.rule === "logical" ? args.map((x) => Number(x !== 0)) : args;
          const at = `${row.name}(${args.map((x) => (Object.is(x, -0) ? "-0" : x)).join(", ")})`;
          // A backend rounds every primitive of a formula to float32, so sin(π·1) is the sine of a rounded π.
          const rounding = dtype === "float32" ? ulps * 2 ** -26 : 0;
          expectSame(value, round(formulaOf(row, bits)), ulps * 2 ** -23, at, rounding);
          const truth = plainElementwise[row.name]?.(...args);
          if (truth !== undefined) expectSame(value, round(truth), unit, at, rounding);
        }
      });
    }
});

/** Points where functions are NaN or infinite, have infinite slope, or overflow. */
const hostile = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 1e30, -1e30];

eachBackend("branches that are not taken", (on) => {
  const unary = elementwiseRows.filter((row) => row.formula.d && row.operands === 1);
  for (const row of unary)
    it(`where leaves nothing of ${row.name} in value, gradient, tangent or second derivative`, () => {
      on(() => {
        const x = tensor(hostile, { dtype: "float64" });
        const never = tensor(hostile.map(() => false));
        const f = (t: Tensor) => where(never, row.call(t), 0);
        const slope = grad((t: Tensor) => f(t).sum());
        const zeros = hostile.map(() => 0);
        const expectZeros = (y: Tensor) => expect(y.abs().toArray()).toEqual(zeros);
        expectZeros(f(x));
        expectZeros(slope(x));
        expectZeros(jvp(f, [x], [onesLike(x)])[1]);
        expectZeros(grad((t: Tensor) => slope(t).sum())(x));
        expectZeros(jvp(slope, [x], [onesLike(x)])[1]);
      });
    });
});
