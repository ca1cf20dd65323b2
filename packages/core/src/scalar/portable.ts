/**
 * Functions of numbers that have the same bits in every engine. ECMAScript leaves the last bits of `Math.exp`, `Math.log`,
 * `Math.sin`, `**` and their kin to the engine; here they are sums and products alone, with the constants of the expansions.
 */
import { expConstants } from "./expand/exp.ts";
import { logConstants } from "./expand/log.ts";
import { sinPolynomial, tanPolynomial } from "./expand/trig-polynomials.ts";
import { horner } from "./horner.ts";
import { primitives } from "./primitives.ts";

const smallestNormal = 2 ** -1022;
const [ln2High, ln2Low] = expConstants.float64.ln2;

/** ln x, as `expand/log.ts` computes it. Error < 1 ulp. */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x === Infinity ? x : Number.NaN;
  if (x < smallestNormal) return log(x * 2 ** 54) - 54 * Math.LN2;
  const m = primitives.significand.float(x);
  const upper = m > Math.SQRT2;
  const k = primitives.exponent.float(x) + (upper ? 1 : 0);
  const f = (upper ? m / 2 : m) - 1;
  const s = f / (2 + f);
  const z = s * s;
  return k * ln2High + (f - (s * (f - z * horner(logConstants.float64.r, z)) - k * ln2Low));
}

/** eˣ, as `expand/exp.ts` computes it, for results that are normal numbers. Error < 1 ulp. */
function exp(x: number): number {
  const k = Math.round(x * Math.LOG2E);
  const r = x - k * ln2High - k * ln2Low;
  return (1 + (r + r * r * horner(expConstants.float64.q, r))) * 2 ** k;
}

/** A double-double: a number as the sum of two, where the second is at most about half an ulp of the first. */
type Pair = readonly [high: number, low: number];

/** The upper 26 bits of a number. [Veltkamp 1968] */
function upperHalf(x: number): number {
  const c = x * (2 ** 27 + 1);
  return c - (c - x);
}

/** The product of double-doubles [Dekker 1971]; that of the high parts alone where it is too large to be split. */
function product([a, aLow]: Pair, [b, bLow]: Pair): Pair {
  const p = a * b;
  if (!(Math.abs(p) < 2 ** 900)) return [p, 0];
  const [a1, b1] = [upperHalf(a), upperHalf(b)];
  const [a2, b2] = [a - a1, b - b1];
  const error = a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2 + (a * bLow + aLow * b);
  const high = p + error;
  return [high, error - (high - p)];
}

/** xⁿ for an integer n ≥ 0, by repeated squaring. */
function integerPower(x: number, n: number): number {
  let power: Pair = [1, 0];
  let square: Pair = [x, 0];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest < n) square = product(square, square);
    if (rest % 2 === 1) power = product(power, square);
  }
  return power[0];
}

/**
 * xʸ as xⁿ·e^{(y − n) ln x} with the integer n nearest to y; NaN for x < 0 and other y than integers. Almost always correctly
 * rounded for integers y ≥ 0; otherwise the error is below 2 + ½|ln x| ulp.
 */
export function pow(x: number, y: number): number {
  // Of zeros, infinities and NaN, ECMAScript specifies the power exactly.
  if (x === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return x ** y;
  const n = Math.round(y);
  const power = integerPower(x, Math.abs(n));
  const inverse = Number.isFinite(power) ? 1 / power : integerPower(1 / x, -n);
  return (n < 0 ? inverse : power) * (y === n ? 1 : exp((y - n) * log(x)));
}

/** r + r³·P(r²). */
const oddSeries = (coefficients: readonly number[], r: number): number =>
  r + r * r * r * horner(coefficients, r * r);

/** sin πx for |x| ≤ ½. Error < 2 ulp. */
export const sinPi = (x: number): number => oddSeries(sinPolynomial, Math.PI * x);

/** cos πx. */
export function cosPi(x: number): number {
  const a = Math.abs(x % 2);
  return sinPi(0.5 - (a > 1 ? 2 - a : a));
}

/** 1/tan πx for |x| ≤ ½. Error < 3 ulp. */
export function cotPi(x: number): number {
  const a = Math.abs(x);
  const tan = (u: number) => oddSeries(tanPolynomial, Math.PI * u);
  return a <= 0.25 ? 1 / tan(x) : Math.sign(x) * tan(0.5 - a);
}
