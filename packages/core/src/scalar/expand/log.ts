/**
 * Logarithms, from x = 2ᵏ(1 + f) with 1 + f in [√½, √2): ln x = k ln 2 + ln(1 + f).
 *
 * ln(1 + f) = f − s(f − R(s²)) with s = f/(2 + f), since 2 artanh s = 2s + sR and 2s = f − sf. R is a polynomial without
 * constant term, of degree 3 in float32 (error 2⁻³⁰) and 7 in float64 (2⁻⁵⁹), minimax by Remez. k·ln 2 is added as
 * high + low, where high has few enough bits that k·high is exact.
 */
import type { Expr } from "../expr.ts";
import {
  add,
  copysign,
  div,
  eq,
  exponent,
  lt,
  mul,
  neg,
  scalb,
  significand,
  sub,
  where,
} from "../primitives.ts";
import { expConstants } from "./exp.ts";
import { forEachPrecision, polynomial, roundTo, square } from "./precision.ts";

export const logConstants = {
  float32: {
    ln2: expConstants.float32.ln2,
    /** (2 artanh(s)/s − 2)/s² in powers of s². */
    r: [0.666667759, 0.399775684, 0.298714608],
    /** The smallest normal number, and the number of bits by which subnormal ones are scaled to be normal. */
    normal: 2 ** -126,
    bits: 24,
    /** Rounds f to half the bits of the dtype. */
    half: 1.5 * 2 ** 11,
    /** 1/ln b and log_b 2 as high + low, for b = 2 and 10. */
    base2: { scale: [1.4423828125, 0.00031222839606925845], two: [1, 0] },
    base10: { scale: [0.4342041015625, 9.038033749675378e-5], two: [0.301025390625, 4.605039066518657e-6] },
  },
  float64: {
    ln2: expConstants.float64.ln2,
    r: [
      0.6666666666666735, 0.39999999999409347, 0.28571428743688737, 0.22222198428698342, 0.1818357236929267,
      0.15313831864709185, 0.14798260518154266,
    ],
    normal: 2 ** -1022,
    bits: 53,
    half: 1.5 * 2 ** 26,
    base2: { scale: [1.4426950216293335, 1.9259629911266175e-8], two: [1, 0] },
    base10: {
      scale: [0.4342944771051407, 4.798111141615973e-9],
      two: [0.30102999566395283, 2.8363394551044964e-14],
    },
  },
} as const;

type Constants = (typeof logConstants)["float32" | "float64"];

/** f − ln(1 + f) = s(f − R). */
function log1pRemainder(c: Constants, f: Expr): Expr {
  const s = div(f, add(2, f));
  const z = square(s);
  return mul(s, sub(f, mul(z, polynomial(c.r, z))));
}

/** k ln 2 + ln(1 + f). */
const logOf = (c: Constants, k: Expr, f: Expr): Expr =>
  add(mul(k, c.ln2[0]), sub(f, sub(log1pRemainder(c, f), mul(k, c.ln2[1]))));

/** k and f with x = 2ᵏ(1 + f), for finite x > 0. */
export function logParts(c: Constants, x: Expr): { readonly k: Expr; readonly f: Expr } {
  const tiny = lt(x, c.normal);
  const normal = where(tiny, mul(x, 2 ** c.bits), x);
  const e = exponent(normal);
  const m = significand(normal);
  const upper = lt(Math.SQRT2, m);
  const k = where(upper, add(e, 1), e);
  return { k: where(tiny, sub(k, c.bits), k), f: sub(where(upper, mul(m, 0.5), m), 1) };
}

/** The logarithm `y` of x with its limits: −Infinity at x = `zero`, NaN below, Infinity at Infinity. */
const withLogLimits = (x: Expr, zero: number, y: Expr): Expr =>
  where(
    lt(x, Number.POSITIVE_INFINITY),
    where(eq(x, zero), Number.NEGATIVE_INFINITY, where(lt(x, zero), Number.NaN, y)),
    x,
  );

/** ln x. */
export const log = forEachPrecision(logConstants, (c: Constants) => (x: Expr) => {
  const { k, f } = logParts(c, x);
  return withLogLimits(x, 0, logOf(c, k, f));
});

/**
 * ln(1 + x), with k from the rounded 1 + x, and f = 2⁻ᵏx + (2⁻ᵏ − 1) from x itself, so that f = x for k = 0. 2⁻ᵏ is computed
 * as ¼·2²⁻ᵏ, because it may be subnormal.
 */
export const log1p = forEachPrecision(logConstants, (c: Constants) => (x: Expr) => {
  const e = exponent(mul(add(1, x), Math.SQRT1_2 / 2));
  const s = scalb(0.25, neg(e));
  const f = add(mul(x, s), sub(s, 1));
  return withLogLimits(x, -1, copysign(logOf(c, add(e, 2), f), x));
});

/**
 * log_b x = k·log_b 2 + f/ln b − (f − ln(1 + f))/ln b, where f and 1/ln b are split into halves with exact products.
 */
const logarithm = (base: "base2" | "base10") =>
  forEachPrecision(logConstants, (c: Constants) => (x: Expr) => {
    const { scale, two } = c[base];
    const { k, f } = logParts(c, x);
    const high = roundTo(c.half, f);
    const rest = sub(
      add(mul(sub(f, high), scale[0]), mul(f, scale[1])),
      mul(log1pRemainder(c, f), scale[0] + scale[1]),
    );
    const low = two[1] === 0 ? rest : add(rest, mul(k, two[1]));
    return withLogLimits(x, 0, add(add(mul(k, two[0]), mul(high, scale[0])), low));
  });

/** log₂ x. */
export const log2 = logarithm("base2");

/** log₁₀ x. */
export const log10 = logarithm("base10");
