import type { Tensor } from "@chainrule/core";
import { numberOf, type Stored, type Tolerance } from "./case.ts";

/** How far a tensor is from what it should be: `error` in tolerances, so that 1 is the limit and Infinity is hopeless. */
export interface Difference {
  readonly error: number;
  readonly text: string;
}

const fits = (what: string): Difference => ({ error: 0, text: what });
const wrong = (text: string): Difference => ({ error: Number.POSITIVE_INFINITY, text });

/** |a − b| in units of atol + rtol·|b|; NaN equals NaN, and infinities are equal by sign. */
function distance(a: number, b: number, { rtol, atol }: Tolerance): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const allowed = atol + rtol * Math.abs(b);
  const error = Math.abs(a - b) / allowed;
  return Number.isNaN(error) || !Number.isFinite(b) ? Number.POSITIVE_INFINITY : error;
}

/** Compares shape, dtype and every element of `actual` with `expected`; `signedZero` tells −0 from 0. */
export function compare(
  what: string,
  actual: Tensor | undefined,
  expected: Stored,
  tolerance: Tolerance,
  signedZero: boolean,
): Difference {
  if (!actual) return wrong(`${what} is missing`);
  if (actual.dtype !== expected.dtype) return wrong(`${what} is ${actual.dtype}, not ${expected.dtype}`);
  if (actual.shape.join() !== expected.shape.join())
    return wrong(`${what} has shape [${actual.shape}], not [${expected.shape}]`);
  const exact = expected.dtype === "int32" || expected.dtype === "bool";
  const round = expected.dtype === "float32" ? Math.fround : (x: number) => x;
  let worst = fits(what);
  actual.data().forEach((a, i) => {
    const b = round(numberOf(expected.data[i] as number | string));
    const same = Object.is(a, b) || (!signedZero && a === b);
    const strict = exact || (signedZero && b === 0);
    const error = same ? 0 : strict ? Number.POSITIVE_INFINITY : distance(a, b, tolerance);
    if (error > worst.error) worst = { error, text: `${what}[${i}] is ${a}, not ${b}` };
  });
  return worst;
}
