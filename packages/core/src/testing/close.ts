import { fail } from "../errors.ts";
import { formatShape, type Shape, stridesOf } from "../shape.ts";

/** Numbers are close if |actual − expected| ≤ atol + rtol·|expected|. */
export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
}

/** The coordinates of the element at a flat index, as `[1, 0]`. */
export const formatIndex = (flat: number, shape: Shape): string => {
  const strides = stridesOf(shape);
  return formatShape(shape.map((n, d) => Math.floor(flat / strides[d]!) % n));
};

/** Whether two numbers are close; NaN is close to NaN, and an infinity to itself. */
export const isClose = (actual: number, expected: number, { atol = 0, rtol = 0 }: Tolerance): boolean =>
  Object.is(actual, expected) ||
  actual === expected ||
  Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);

/** @throws at the first element of two lists that is not close, naming it and both numbers */
export function requireClose(
  op: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  say: (element: number, actual: number, expected: number) => string,
): void {
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (!isClose(a, e, tolerance))
      fail(
        "gradient",
        op,
        `${say(i, a, e)}, a difference of ${Math.abs(a - e).toPrecision(3)} (atol ${tolerance.atol}, rtol ${tolerance.rtol})`,
      );
  }
}
