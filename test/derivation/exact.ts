/** The true loss and gradient at a logit, in fixed-point arithmetic with far more digits than float64 has. */
import type { DType } from "@chainrule/core";

/** Numbers are integers over 2^places: enough for every float64, and for e⁻⁸⁹ to a thousand bits. */
const places = 1400;
const one = 1n << BigInt(places);

export type Exact = bigint;

/** A float64 without loss. */
export function exact(x: number): Exact {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const size =
    (exponent === 0 ? fraction : fraction | (1n << 52n)) << BigInt(places - 1075 + Math.max(exponent, 1));
  return x < 0 ? -size : size;
}

const times = (a: Exact, b: Exact): Exact => (a * b) / one;
const over = (a: Exact, b: Exact): Exact => (a * one) / b;

/** e^{−a} for a ≥ 0: the series of e^{−a/2²⁰}, squared twenty times. */
function expNegative(a: Exact): Exact {
  const r = a >> 20n;
  let term = one;
  let sum = one;
  for (let k = 1n; term !== 0n; k++) {
    term = -times(term, r) / k;
    sum += term;
  }
  for (let i = 0; i < 20; i++) sum = times(sum, sum);
  return sum;
}

/** ln(1 + e) = 2 artanh(e/(2 + e)) for 0 ≤ e ≤ 1, by its series. */
function log1p(e: Exact): Exact {
  const t = over(e, 2n * one + e);
  const square = times(t, t);
  let sum = 0n;
  let power = t;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power = times(power, square);
  }
  return 2n * sum;
}

/** σ(z) = 1/(1 + e^{−z}). */
export function sigmoid(z: Exact): Exact {
  const e = expNegative(z < 0n ? -z : z);
  return over(z < 0n ? e : one, one + e);
}

/** ln(1 + eᶻ). */
export const softplus = (z: Exact): Exact => (z < 0n ? log1p(expNegative(-z)) : z + log1p(expNegative(z)));

/** L = −[y ln σ(z) + (1−y) ln(1−σ(z))] = (1−y) ln(1 + eᶻ) + y ln(1 + e^{−z}). */
export const loss = (z: number, y: number): Exact =>
  times(one - exact(y), softplus(exact(z))) + times(exact(y), softplus(-exact(z)));

/** ∂L/∂z = σ(z) − y, with σ(z) − 1 as −σ(−z). */
export const gradient = (z: number, y: number): Exact =>
  times(one - exact(y), sigmoid(exact(z))) - times(exact(y), sigmoid(-exact(z)));

const formats = { float32: { bits: 24, least: -126 }, float64: { bits: 53, least: -1022 } };

/** |actual − truth| in units in the last place that `dtype` has at the truth; among subnormals a unit is the least of them. */
export function ulps(actual: number, truth: Exact, dtype: DType & keyof typeof formats): number {
  const { bits, least } = formats[dtype];
  const size = truth < 0n ? -truth : truth;
  const exponent = Math.max(size.toString(2).length - 1 - places, least);
  const unit = 1n << BigInt(places + exponent - bits + 1);
  const error = exact(actual) - truth;
  return Number((1000n * (error < 0n ? -error : error)) / unit) / 1000;
}

/** The number in float64, to 2⁻¹⁰⁰⁰. */
export const toNumber = (x: Exact): number => Number(x >> BigInt(places - 1000)) * 2 ** -1000;
