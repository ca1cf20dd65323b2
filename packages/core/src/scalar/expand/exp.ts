/**
 * eˣ and related functions, from eˣ = 2ᵏ(1 + q) with k = round(x/ln 2), r = x − k ln 2 in |r| ≤ ½ ln 2 and q = eʳ − 1.
 *
 * Reduction [Cody & Waite 1980]: ln 2 = high + low, where high has so few bits that k·high is exact.
 * Polynomial: q = r + r²·Q(r), Q of degree 4 in float32 (error 2⁻²⁸ of eʳ) and 10 in float64 (2⁻⁶¹), minimax by Remez.
 */
import type { Expr } from "../expr.ts";
import {
  abs,
  add,
  copysign,
  div,
  eq,
  floor,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  round,
  scalb,
  sub,
  where,
} from "../primitives.ts";
import { forEachPrecision, polynomial, square } from "./precision.ts";

export interface ExpConstants {
  /**
   * eˣ is Infinity above the second, and 0 below the first. That is so low that the scaling multiplies by 0: very negative x,
   * such as masked scores, would otherwise round to subnormal numbers, which are slow on many machines.
   */
  readonly range: readonly [number, number];
  /** eˣ underflows below, even if it is scaled by 2⁶⁴ first. */
  readonly underflowBound: number;
  /** eˣ − 1 rounds to −1 below. */
  readonly minusOneBound: number;
  readonly ln2: readonly [high: number, low: number];
  /** (eʳ − 1 − r)/r² in powers of r. */
  readonly q: readonly number[];
  /** 2ˣ is 0 below, and Infinity above. */
  readonly powerRange: readonly [number, number];
}

export const expConstants = {
  float32: {
    range: [-176, 89],
    underflowBound: -132.5,
    minusOneBound: -18,
    ln2: [0.693145751953125, 1.428606765330187e-6],
    q: [0.49999994, 0.166665167, 0.0416681021, 0.00836919248, 0.00138389028],
    powerRange: [-151, 128],
  },
  float64: {
    range: [-1418, 710],
    underflowBound: -753.5,
    minusOneBound: -38,
    ln2: [0.6931471805598903, 5.497923018708371e-14],
    q: [
      0.5, 0.16666666666666677, 0.04166666666666669, 0.008333333333321778, 0.001388888888888782,
      0.0001984126988528176, 2.480158729100406e-5, 2.755724530955361e-6, 2.7557320785013633e-7,
      2.5108607607769172e-8, 2.089589379040045e-9,
    ],
    powerRange: [-1076, 1024],
  },
} as const satisfies Record<string, ExpConstants>;

/** eʳ − 1 − r. */
export function expRemainder(c: ExpConstants, r: Expr): Expr {
  const z = square(r);
  return mul(z, polynomial(c.q, r, z));
}

/** k and q with eˣ = 2ᵏ(1 + q). */
export function expParts(c: ExpConstants, x: Expr): { readonly k: Expr; readonly q: Expr } {
  const k = round(mul(x, Math.LOG2E));
  const r = sub(sub(x, mul(k, c.ln2[0])), mul(k, c.ln2[1]));
  return { k, q: add(r, expRemainder(c, r)) };
}

/** k, r and u with e^(x − less) = 2ᵏ(1 + r + u) for a small `less`; u includes the rounding error of r. */
export function extendedExpParts(c: ExpConstants, x: Expr, less?: Expr): Record<"k" | "r" | "u", Expr> {
  const k = round(mul(x, Math.LOG2E));
  const high = sub(x, mul(k, c.ln2[0]));
  const low = less ? add(mul(k, c.ln2[1]), less) : mul(k, c.ln2[1]);
  const r = sub(high, low);
  return { k, r, u: add(expRemainder(c, r), sub(sub(high, r), low)) };
}

/** p·2ᵏ in two steps, for p near 1 and any k, even if the result is subnormal, 0 or Infinity. */
export function scaleByPowerOfTwo(p: Expr, k: Expr): Expr {
  const half = floor(mul(k, 0.5));
  return scalb(scalb(p, half), sub(k, half));
}

/** eˣ. */
export const exp = forEachPrecision(expConstants, (c: ExpConstants) => (x: Expr) => {
  const { k, q } = expParts(c, maximum(minimum(x, c.range[1]), c.range[0]));
  return scaleByPowerOfTwo(add(1, q), k);
});

/** eˣ for x ≤ 0, with one scaling: by 2ᵏ⁺⁶⁴, a normal number or 0, which is exact; then ·2⁻⁶⁴ rounds once. */
const expNonPositive = (c: ExpConstants, x: Expr): Expr => {
  const { k, q } = expParts(c, maximum(x, c.underflowBound));
  return mul(scalb(add(1, q), add(k, 64)), 2 ** -64);
};

/** 2ˣ = 2ᵏe^(r ln 2) with k = round(x), r = x − k exact. */
export const exp2 = forEachPrecision(expConstants, (c: ExpConstants) => (x: Expr) => {
  const clamped = maximum(minimum(x, c.powerRange[1]), c.powerRange[0]);
  const k = round(clamped);
  const r = mul(sub(clamped, k), Math.LN2);
  return scaleByPowerOfTwo(add(1, add(r, expRemainder(c, r))), k);
});

/** eˣ − 1 = 2(2ᵏ⁻¹q + (2ᵏ⁻¹ − ½)) without cancellation; q for k = 0. Halved, because 2ᵏ may overflow where eˣ does not. */
export const expm1 = forEachPrecision(expConstants, (c: ExpConstants) => (x: Expr) => {
  const { k, r, u } = extendedExpParts(c, maximum(minimum(x, c.range[1]), c.minusOneBound));
  const q = add(r, u);
  const s = scalb(1, sub(k, 1));
  const half = add(mul(s, q), sub(s, 0.5));
  return copysign(where(eq(k, 0), q, add(half, half)), x);
});

/** σ(x) = 1 − t for x ≥ 0, else e − et, with e = e^−|x| and t = e/(1 + e) ≤ ½, whose rounding error is small in the difference. */
export const sigmoid = forEachPrecision(expConstants, (c: ExpConstants) => (x: Expr) => {
  const e = expNonPositive(c, neg(abs(x)));
  const t = div(e, add(1, e));
  const limit = where(lt(x, 0), e, 1);
  return sub(limit, mul(limit, t));
});
