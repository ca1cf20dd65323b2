import { expect } from "vitest";

/** |a − e| ≤ tolerance·max(1, |e|) for every element; NaN equals NaN, and infinities themselves. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "element",
): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] as number, expected[i] as number];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))))
      expect.fail(`${what} ${i} is ${a}, expected ${e} within ${tolerance}`);
  }
}

/** The distance between neighbouring float32 numbers at x. */
export const ulp = (x: number): number =>
  x === 0 || !Number.isFinite(x) ? 2 ** -149 : 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(x))) - 23);
