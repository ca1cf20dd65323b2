import { fail } from "../errors.ts";
import { formatShape, type Shape, stridesOf } from "../shape.ts";

/** Numbers agree where |actual − expected| ≤ atol + rtol·|expected|. */
export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
}

/** The place of the `flat`-th element of a shape, as `[1, 0]`. */
export const formatIndex = (flat: number, shape: Shape): string => {
  const strides = stridesOf(shape);
  return formatShape(shape.map((n, d) => Math.floor(flat / (strides[d] as number)) % n));
};

/** Whether two numbers agree; NaN agrees with NaN, and infinities with themselves. */
export const isClose = (actual: number, expected: number, { atol = 0, rtol = 0 }: Tolerance): boolean =>
  Object.is(actual, expected) ||
  actual === expected ||
  Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);

/** Throws at the first element of two lists that does not agree, naming it and both numbers. */
export function requireAgreement(
  op: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  say: (element: number, actual: number, expected: number) => string,
): void {
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] as number, expected[i] as number];
    if (!isClose(a, e, tolerance))
      fail(
        "gradient",
        op,
        `${say(i, a, e)}, a difference of ${Math.abs(a - e).toPrecision(3)} (atol ${tolerance.atol}, rtol ${tolerance.rtol})`,
      );
  }
}
