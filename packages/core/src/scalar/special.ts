/**
 * Functions that JavaScript's `Math` lacks, in double precision. Error bounds are in units in the last place (ulp) of the
 * result, for an engine whose `exp` and `log` are accurate to 1 ulp.
 */
import { horner } from "./horner.ts";

const INV_SQRT_PI = 0.5641895835477563;

/** Up to here erf is its series about 0, and 1 − erfc beyond: there erfc < ¼, so its error is small relative to 1 − erfc. */
const MAX_SERIES = 0.84375;

/** erf(x)/x − 1 in powers of x² for |x| ≤ MAX_SERIES; Chebyshev fit, error < 2e-17. */
const ERF_SERIES = [
  0.1283791670955126, -0.3761263890318375, 0.11283791670954745, -0.026866170645031, 0.005223977624080742,
  -0.000854832691425112, 0.00012055327421282683, -1.4925463570287675e-5, 1.6457914349746103e-6,
  -1.630309508468887e-7, 1.4205594850504056e-8, -8.879702704985848e-10,
];

/** √π (x + 3/8) eˣ² erfc(x) − 1 in powers of (x − 4)/(x + 4), x ≥ 0.7; Chebyshev fit, error < 2e-17. */
const ERFC_TAIL = [
  0.06236032104784365, -0.06633772302194876, -0.034828955348496955, 0.09674186799280375, -0.11368506626758071,
  0.09705052353252143, -0.06571827281082394, 0.03578451569565885, -0.01525444684409496, 0.004636519490593859,
  -0.000666737237348506, -0.00019408774090486175, 0.0001384806545614124, -2.1194059120039973e-5,
  -1.0592908278664932e-5, 5.1311216131802235e-6, 3.161067648300433e-7, -7.211911140054978e-7,
  6.555578205794555e-8, 7.144607216062975e-8, -1.51390535413374e-8,
];

/** erf(x) − x for |x| < MAX_SERIES. */
const erfMinusX = (x: number): number => x * horner(ERF_SERIES, x * x);

/** ln 2 = LN2_HIGH + LN2_LOW. The high part has 33 bits, so that its products with small integers are exact. */
const LN2_HIGH = 0.6931471804855391;
const LN2_LOW = 7.440617110012397e-11;

/**
 * erfc(x) for x ≥ 0.7: the fit over y = x + 3/8, times e^(−x²) = 2ᵏ eʳ. With z = x rounded to 24 bits, z² is exact
 * and x² − z² = (x − z)(x + z), so r keeps the bits that a rounded x² would lose; r also compensates the rounding of y.
 */
function erfcTail(x: number): number {
  if (x > 28) return 0;
  const y = x + 0.375;
  const z = Math.fround(x);
  const k = Math.round((-z * z) / Math.LN2);
  const r = -z * z - k * LN2_HIGH - (k * LN2_LOW + (x - z) * (x + z) + (x - (y - 0.375)) / y);
  const h = horner(ERFC_TAIL, (x - 4) / (x + 4));
  const relative = h + (1 + h) * Math.expm1(r);
  return 2 ** k * ((INV_SQRT_PI + INV_SQRT_PI * relative) / y);
}

/**
 * erf(x) = 2/√π ∫₀ˣ e^(−t²) dt. Split as FreeBSD msun's s_erf.c, a fit of erf(x)/x about 0 and one of e^(x²) erfc(x)
 * beyond; the coefficients are new fits. Error < 1 ulp.
 */
export function erf(x: number): number {
  if (Math.abs(x) < MAX_SERIES) return x + erfMinusX(x);
  return Math.sign(x) * (1 - erfcTail(Math.abs(x)));
}

/** erfc(x) = 1 − erf(x) without cancellation, down to subnormal results. Same source as erf. Error < 2.5 ulp. */
export const erfc = (x: number): number => (x < 0.7 ? 1 - erf(x) : erfcTail(x));

/**
 * erfinv(x) = y with erf(y) = x; ±Infinity at ±1, NaN outside [−1, 1]. Halley's method from a start accurate to 2e-3 [S.
 * Winitzki, A handy approximation for the error function and its inverse, 2008]. Error < 2 ulp.
 */
export function erfinv(x: number): number {
  const a = Math.abs(x);
  if (a === 1) return x * Infinity;
  const log = Math.log1p(-a * a);
  const b = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(-log / 0.147 / (b + Math.sqrt(b * b - log / 0.147)));
  for (let step = 0; step < 3; step++) {
    const residual = a < 0.5 ? erf(y) - a : 1 - a - erfc(y);
    const newton = residual / (2 * INV_SQRT_PI * Math.exp(-y * y));
    y -= newton / (1 + y * newton);
  }
  return Math.sign(x) * y;
}

/** xʸ by IEEE 754, which differs from `**`: 1 for base 1 and any exponent, NaN included, and for (−1) ** ±Infinity. */
export function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}
