/** ln |Γ| and its derivatives in 256 bits: Stirling's series [Abramowitz & Stegun 6.1.40, 6.4.11] of x + N ≥ 64, and Γ(x + 1) = xΓ(x). */
import {
  add,
  type Big,
  div,
  log,
  magnitude,
  mul,
  fromNumber as n,
  neg,
  one,
  pi,
  size,
  sub,
  times2,
  toNumber,
} from "../scalar/expand/precise.ts";

const count = 60;

/** The numbers Tₖ, k = 1 … n, of tan x = Σ Tₖ x²ᵏ⁻¹/(2k − 1)!. [Brent & Harvey 2013] */
function tangentNumbers(n: number): bigint[] {
  const t = [0n, 1n];
  for (let k = 2; k <= n; k++) t[k] = BigInt(k - 1) * t[k - 1]!;
  for (let k = 2; k <= n; k++)
    for (let j = k; j <= n; j++) t[j] = BigInt(j - k) * t[j - 1]! + BigInt(j - k + 2) * t[j]!;
  return t;
}

const integer = (m: bigint): Big => ({ m, e: 0 });

/** B₂ₖ, k = 1 … count. */
const bernoulli = tangentNumbers(count).map((t, k) => {
  if (k === 0) return one;
  const power = 1n << BigInt(2 * k);
  const size = div(integer(BigInt(2 * k) * t), integer(power * (power - 1n)));
  return k % 2 === 0 ? neg(size) : size;
});

const halfLogTwoPi = times2(log(times2(pi, 1)), -1);

/** x + N ≥ 64, and x, x + 1, … x + N − 1. */
function shiftedUp(x: Big): { readonly z: Big; readonly below: readonly Big[] } {
  const steps = Math.max(0, Math.ceil(64 - toNumber(x)));
  return { z: add(x, n(steps)), below: Array.from({ length: steps }, (_, k) => add(x, n(k))) };
}

/** Σ B₂ₖ·weight(k)/z²ᵏ, k = 1, 2, …, while terms matter beside `first`. */
function stirling(z: Big, first: Big, weight: (k: number) => Big): Big {
  const square = mul(z, z);
  let sum = first;
  let power = one;
  for (let k = 1; k <= count; k++) {
    power = div(power, square);
    const term = mul(mul(bernoulli[k]!, weight(k)), power);
    sum = add(sum, term);
    if (size(term) < size(sum) - 260) break;
  }
  return sum;
}

/** k(k + 1)…, a product of `count` factors. */
const rising = (k: number, count: number): Big =>
  Array.from({ length: count }, (_, i) => n(k + i)).reduce(mul, one);
const factorial = (k: number): Big => rising(1, k);

const sumOf = (terms: readonly Big[]): Big => terms.reduce(add, n(0));

export function lgamma(x: Big): Big {
  const { z, below } = shiftedUp(x);
  const main = add(sub(mul(sub(z, n(0.5)), log(z)), z), halfLogTwoPi);
  const series = stirling(z, n(0), (k) => div(z, n(2 * k * (2 * k - 1))));
  const product = below.reduce((p, y) => mul(p, y), one);
  return sub(add(main, series), log(magnitude(product)));
}

/** ψ⁽ⁿ⁾(x), n = 0, 1, … */
export function polygamma(order: number, x: Big): Big {
  const { z, below } = shiftedUp(x);
  if (order === 0) {
    const main = sub(log(z), div(one, times2(z, 1)));
    return sub(
      stirling(z, main, (k) => div(n(-1), n(2 * k))),
      sumOf(below.map((y) => div(one, y))),
    );
  }
  const power = (y: Big, k: number): Big => Array.from({ length: k }, () => y).reduce(mul, one);
  const zn = power(z, order);
  const main = add(div(factorial(order - 1), zn), div(factorial(order), times2(mul(zn, z), 1)));
  const tail = stirling(z, main, (k) => div(rising(2 * k + 1, order - 1), zn));
  const sum = mul(factorial(order), sumOf(below.map((y) => div(one, power(y, order + 1)))));
  return order % 2 === 0 ? neg(add(tail, sum)) : add(tail, sum);
}
