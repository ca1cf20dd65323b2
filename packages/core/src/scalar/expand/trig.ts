/**
 * sin, cos and tan. sin and cos reduce x to r = x − kπ in |r| ≤ π/2, with an integer k for sin and an integer k + ½ for cos, so
 * that one polynomial serves both: sin x = (−1)ᵏ sin r, cos x = −(−1)^⌊k⌋ sin r. tan reduces x to r = x − kπ/2.
 *
 * Reduction [Cody & Waite 1980]: π is the sum of 5 parts, and the product of k with each but the last is exact. In float32 the parts
 * have 12 bits, and k is split into two halves; in float64 they have 22 bits. It is accurate for |k| < 2²² in float32 and 2³⁰ in
 * float64, that is |x| < 1.3e7, where neighbouring numbers differ by a radian, and 3.3e9 (half of that for tan). Larger
 * arguments are reduced by `payne-hanek.ts`.
 *
 * Polynomials in r², minimax by Remez: (sin r − r)/r³ of degree 4 (error 2⁻³¹) and 7 (2⁻⁶¹), (tan r − r)/r³ of degree 6 and 14.
 */
import type { Expr } from "../expr.ts";
import { abs, add, div, eq, floor, lt, mul, neg, sub, where } from "../primitives.ts";
import { largeArgumentBuilders } from "./payne-hanek.ts";
import { forEachPrecision, horner, isEven, roundTo, square } from "./precision.ts";
import { sinPolynomial, tanPolynomial } from "./trig-polynomials.ts";

const constants = {
  float32: {
    maxMultiple: 2 ** 22,
    /** Rounds k to multiples of 2¹¹. */
    split: (1.5 * 2 ** 34) as number | undefined,
    pi: [
      3.140625, 0.0009675025939941406, 1.5099067240953445e-7, 5.126565838509123e-12, 1.2246468525851679e-16,
    ],
    sin: [-0.166666672, 0.00833335053, -0.000198430935, 2.76270612e-6, -2.55032848e-8],
    tan: [0.333333522, 0.13332583, 0.0540686511, 0.0212386101, 0.0109455436, -4.61868985e-5, 0.0044418294],
  },
  float64: {
    maxMultiple: 2 ** 30,
    split: undefined as number | undefined,
    pi: [
      3.141592025756836, 6.278328328335192e-7, 1.2446743939339977e-13, 4.044531916820707e-21,
      5.807711947958721e-28,
    ],
    sin: sinPolynomial,
    tan: tanPolynomial,
  },
} as const;

type Constants = (typeof constants)["float32" | "float64"];

interface Reduction {
  /** x in units of the period, rounded to an integer; with a shift of ½, rounded up to one. */
  readonly quadrant: Expr;
  /** x − (quadrant − shift)·period as high + low. */
  readonly high: Expr;
  readonly low: Expr;
}

/**
 * Subtracts the nearest multiple of π/`divisor`. The subtractions of the first two products are exact; those of the third and
 * fourth are not, and their errors are summed separately. In float32 k is the sum of a multiple of 2¹¹ and the remainder.
 */
function codyWaite(c: Constants, x: Expr, divisor: 1 | 2, shift: 0 | 0.5): Reduction {
  const [p1, p2, p3, p4, p5] = c.pi.map((part) => part / divisor) as [number, number, number, number, number];
  const periods = (y: Expr) => mul(y, divisor / Math.PI);
  const high = c.split === undefined ? undefined : roundTo(c.split, periods(x));
  const far = high ? sub(sub(x, mul(high, p1)), mul(high, p2)) : x;
  const highThird = high && mul(high, p3);
  const quadrant = floor(add(periods(highThird ? sub(far, highThird) : far), 0.5 + shift));
  const low = shift === 0 ? quadrant : sub(quadrant, shift);
  const k = high ? add(high, low) : low;

  const near = sub(sub(far, mul(low, p1)), mul(low, p2));
  const exact = highThird ? sub(near, highThird) : near;
  const third = mul(low, p3);
  const r3 = sub(exact, third);
  const fourth = mul(high ?? k, p4);
  const r4 = sub(r3, fourth);
  const lost = add(sub(sub(exact, r3), third), sub(sub(r3, r4), fourth));
  const fifth = mul(k, p5);
  const rest = sub(lost, high ? add(mul(low, p4), fifth) : fifth);
  const r = add(r4, rest);
  return { quadrant, high: r, low: add(sub(r4, r), rest) };
}

/** `near` where |x| is small enough for the Cody–Waite reduction, else `far`. */
function reduceOrFallBack(
  c: Constants,
  divisor: 1 | 2,
  x: Expr,
  near: Expr,
  far: (x: Expr, from: number) => Expr,
): Expr {
  const from = Math.fround((c.maxMultiple * Math.PI) / divisor - 2);
  return where(lt(abs(x), from), near, far(x, from));
}

/** (−1)ⁿ sin r, r = x − kπ. */
function sinReduced(c: Constants, x: Expr, shift: 0 | 0.5): Expr {
  const { quadrant, high: r } = codyWaite(c, x, 1, shift);
  const z = square(r);
  const sin = add(r, mul(mul(r, z), horner(c.sin, z)));
  return where(isEven(quadrant), sin, neg(sin));
}

/** sin x. */
export const sin = forEachPrecision(
  constants,
  (c: Constants) => (x: Expr) =>
    where(eq(x, 0), x, reduceOrFallBack(c, 1, x, sinReduced(c, x, 0), largeArgumentBuilders.sinFar)),
);

/** cos x. */
export const cos = forEachPrecision(
  constants,
  (c: Constants) => (x: Expr) =>
    reduceOrFallBack(c, 1, x, sinReduced(c, x, 0.5), largeArgumentBuilders.cosFar),
);

/**
 * tan x: tan r for even n, −1/tan r for odd n. tan r = r + p as t and an error e, for −1/(t + e) = y + y(ey) with y = −1/t.
 */
export const tan = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const { quadrant, high: r, low } = codyWaite(c, x, 2, 0);
  const z = square(r);
  const p = add(mul(mul(r, z), horner(c.tan, z)), low);
  const t = add(r, p);
  const e = add(sub(r, t), p);
  const y = div(-1, t);
  const value = where(isEven(quadrant), t, add(y, mul(y, mul(e, y))));
  return where(eq(x, 0), x, reduceOrFallBack(c, 2, x, value, largeArgumentBuilders.tanFar));
});
