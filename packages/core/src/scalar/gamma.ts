/** ln Γ and its derivatives in double precision, with the same bits in every engine. */
import { horner } from "./horner.ts";
import { cotPi, log, pow, sinPi } from "./portable.ts";

/** Bernoulli numbers B₂, B₄, … B₂₀. */
const BERNOULLI = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/**
 * Σ 1/(x+k)ˢ, k = 0, 1, …, for x > 0 and an integer s ≥ 2: summed while x + k < 9 + s, by the Euler–Maclaurin series from there
 * [Abramowitz & Stegun 6.4.11].
 */
function hurwitz(s: number, x: number): number {
  let sum = 0;
  let y = x;
  for (; y < 9 + s; y++) sum += pow(y, -s);
  let tail = 1 / (s - 1) + 0.5 / y;
  let c = s / 2 / y / y;
  BERNOULLI.forEach((b, i) => {
    tail += b * c;
    c *= ((s + 2 * i + 1) * (s + 2 * i + 2)) / ((2 * i + 3) * (2 * i + 4)) / y / y;
  });
  return sum + tail * pow(y, 1 - s);
}

interface Series {
  /** ψ(2 + u) in powers of u: 1 − γ + Σ (−1)ᵏ (ζ(k) − 1) uᵏ⁻¹ [Abramowitz & Stegun 6.1.33, differentiated]. */
  readonly digamma: readonly number[];
  /** ln Γ(2 + u)/u in powers of u: the integral of ψ(2 + u), term by term. */
  readonly lgamma: readonly number[];
}

let seriesAt2: Series | undefined;

/** The series about 2, computed at the first use, because their coefficients take longer than the rest of the module. */
function taylorAt2(): Series {
  if (seriesAt2) return seriesAt2;
  const zetaMinus1 = Array.from({ length: 29 }, (_, i) => hurwitz(i + 2, 2));
  const digamma = [0.42278433509846713, ...zetaMinus1.map((z, i) => (i % 2 ? -z : z))];
  seriesAt2 = { digamma, lgamma: digamma.map((c, i) => c / (i + 1)) };
  return seriesAt2;
}

/** Stirling's series in powers of 1/x² [Abramowitz & Stegun 6.1.40, 6.3.18]; for x ≥ 10 the remainder is below 1e-17. */
const STIRLING_DIGAMMA = BERNOULLI.map((b, i) => b / (2 * i + 2));
const STIRLING_LGAMMA = STIRLING_DIGAMMA.map((c, i) => c / (2 * i + 1));

/**
 * ln |Γ(x)|; Infinity at 0, −1, −2, … and ±Infinity. Taylor's series about 2 with Γ(x+1) = x Γ(x) for |x| < 10,
 * Stirling's series above, reflection below, where sin(πx) = ±sin(πu) with the exact u = x − round(x). Relative error
 * < 1e-15, but absolute near the zeros at x < 0: 1e-15 for x > −10, a few ulp of ln Γ(1−x) below.
 */
export function lgamma(x: number): number {
  const n = Math.round(x);
  const u = x - n;
  if (x <= 0 && x === n) return Infinity;
  if (x < -10) return log(Math.PI / Math.abs(sinPi(u))) - lgamma(1 - x);
  if (x >= 10) {
    return (x - 0.5) * (log(x) - 1) + 0.4189385332046727 + horner(STIRLING_LGAMMA, 1 / (x * x)) / x;
  }
  let product = 1;
  for (let k = Math.min(n, 2); k < Math.max(n, 2); k++) product *= k + u;
  const logProduct = log(Math.abs(product));
  return u * horner(taylorAt2().lgamma, u) + (n < 2 ? -logProduct : logProduct);
}

/**
 * ψ(x) = d/dx ln Γ(x); −Infinity at +0, Infinity at −0, NaN at −1, −2, …, as in PyTorch. Taylor's series about 2 with
 * ψ(x+1) = ψ(x) + 1/x below 10, Stirling's series above, reflection for x < 0. Relative error < 1e-15, but absolute
 * near a zero: a few ulp of ln(1 + |x|).
 */
export function digamma(x: number): number {
  const n = Math.round(x);
  const u = x - n;
  if (x === 0) return -1 / x;
  if (x < 0) return x === n ? NaN : digamma(1 - x) - Math.PI * cotPi(u);
  if (x >= 10) return log(x) - 0.5 / x - horner(STIRLING_DIGAMMA, 1 / (x * x)) / (x * x);
  let sum = 0;
  for (let k = Math.min(n, 2); k < Math.max(n, 2); k++) sum += 1 / (k + u);
  return horner(taylorAt2().digamma, u) + (n < 2 ? -sum : sum);
}

/** dⁿ/dxⁿ cot(πx), as a polynomial in c = cot(πx), since c′ = −π(1 + c²). */
function cotDerivative(x: number, n: number): number {
  const c = cotPi(x - Math.round(x));
  if (!Number.isFinite(c)) return (n % 2 === 0 ? 1 : -1) * pow(c, n + 1);
  let p = [0, 1];
  for (let k = 0; k < n; k++) {
    const slope = p.map((a, i) => -Math.PI * i * a).slice(1);
    p = [0, 0, ...slope].map((a, i) => a + (slope[i] ?? 0));
  }
  return horner(p, c);
}

/**
 * ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σ 1/(x+k)ⁿ⁺¹, k = 0, 1, …, for integers n from 1 to 150 (n = 0 gives ψ, others NaN); reflection for
 * x < 0. Relative error < 1e-15 for n = 1, and a few n·1e-16 beyond.
 */
export function polygamma(x: number, n: number): number {
  if (n === 0) return digamma(x);
  if (!Number.isInteger(n) || n < 0 || n > 150) return NaN;
  const sign = n % 2 === 0 ? -1 : 1;
  if (x < 0) return -sign * polygamma(1 - x, n) - Math.PI * cotDerivative(x, n);
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return sign * factorial * hurwitz(n + 1, x);
}

/** ψ′(x) = Σ 1/(x+k)², k = 0, 1, …; Infinity at 0, −1, −2, … Relative error < 1e-15. */
export const trigamma = (x: number): number => polygamma(x, 1);
