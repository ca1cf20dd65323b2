import { coordinatesOf } from "../debug/provenance.ts";
import type { DType } from "../dtype.ts";
import { formatShape, type Shape } from "../shape.ts";
import { ulpAt, ulpError } from "./ulp.ts";

/** Numbers are close if |actual − expected| ≤ atol + rtol·|expected| + ulp·(the unit in the last place of expected). */
export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
  /** Units in the last place, in the dtype that is compared. */
  readonly ulp?: number;
}

/** Whether two numbers are close; NaN is close to NaN, and an infinity to itself. */
export const isClose = (
  actual: number,
  expected: number,
  { atol = 0, rtol = 0, ulp = 0 }: Tolerance,
  dtype: DType = "float64",
): boolean =>
  Object.is(actual, expected) ||
  actual === expected ||
  Math.abs(actual - expected) <= atol + rtol * Math.abs(expected) + (ulp && ulp * ulpAt(expected, dtype));

/** The coordinates of the element at a flat index, as `[1, 0]`. */
export const formatIndex = (flat: number, shape: Shape): string => formatShape(coordinatesOf(shape, flat));

/** The error of a number: absolute and in units in the last place, with the tolerance that it exceeds. */
export function describeError(
  actual: number,
  expected: number,
  dtype: DType,
  { atol, rtol, ulp }: Tolerance,
): string {
  const units = ulpError(actual, expected, dtype);
  const size = Number.isFinite(units)
    ? `an error of ${Math.abs(actual - expected).toPrecision(3)} or ${units.toPrecision(3)} ulp`
    : "which is no rounding error";
  const allowed = Object.entries({ atol, rtol, ulp }).flatMap(([name, x]) =>
    x === undefined ? [] : [`${name} ${x}`],
  );
  return `${size} (${allowed.join(", ")})`;
}
