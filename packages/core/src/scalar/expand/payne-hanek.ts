/**
 * sin, cos and tan of numbers too large for the Cody–Waite reduction: multiples of π are subtracted in integer arithmetic of
 * sufficient precision [Payne & Hanek 1983], so that the result has the same bits on every machine.
 */
import { builders, type ScalarOp } from "../expr.ts";
import { sinPolynomial, tanPolynomial } from "./trig-polynomials.ts";

/** Fraction bits: enough for the largest number, for its minimum distance to a multiple of π, and for the result. */
const fractionBits = 1200n;
const unit = 1n << fractionBits;

/** arctan(1/k) = Σ (−1)ⁿ/((2n + 1)k²ⁿ⁺¹). */
function arctanOfInverse(k: bigint): bigint {
  let sum = 0n;
  for (let [power, n] = [unit / k, 1n]; power !== 0n; [power, n] = [power / (-k * k), n + 2n])
    sum += power / n;
  return sum;
}

let cachedPi: bigint | undefined;
/** π, computed at first use. [Machin 1706] */
function π(): bigint {
  cachedPi ??= 16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n);
  return cachedPi;
}

/** x ≥ 2²¹ in fixed point. */
const toFixedPoint = (x: number): bigint =>
  Number.isInteger(x) ? BigInt(x) << fractionBits : BigInt(x * 2 ** 32) << (fractionBits - 32n);

/** x = n·period + r with |r| ≤ ½ period. */
function reduce(x: bigint, period: bigint): { readonly even: boolean; readonly r: number } {
  const n = (2n * x + period) / (2n * period);
  return { even: n % 2n === 0n, r: Number((x - n * period) >> (fractionBits - 1000n)) / 2 ** 1000 };
}

/** The function of r minus r, by its polynomial. */
const seriesRemainder = (coefficients: readonly number[], r: number): number =>
  r * r * r * coefficients.reduceRight((sum, c) => sum * r * r + c, 0);

function sin(x: bigint): number {
  const { even, r } = reduce(x, π());
  return (even ? 1 : -1) * (r + seriesRemainder(sinPolynomial, r));
}

function tan(x: bigint): number {
  const { even, r } = reduce(x, π() / 2n);
  const p = seriesRemainder(tanPolynomial, r);
  const t = r + p;
  const y = -1 / t;
  return even ? t : y + y * (y * (r - t + p));
}

/** `f` of |x| and the sign of x if |x| ≥ `from`, else 0. */
const largeArgument = (name: string, f: (x: bigint, sign: number) => number): ScalarOp => ({
  format: `${name}($0)`,
  result: "same",
  slowPath: true,
  float: (x: number, from: number) => {
    if (Math.abs(x) < from) return 0;
    return Number.isFinite(x) ? f(toFixedPoint(Math.abs(x)), Math.sign(x)) : Number.NaN;
  },
});

export const largeArgumentOps = {
  sinFar: largeArgument("sin", (x, sign) => sign * sin(x)),
  cosFar: largeArgument("cos", (x) => sin(x + π() / 2n)),
  tanFar: largeArgument("tan", (x, sign) => sign * tan(x)),
};

export const largeArgumentBuilders = builders(largeArgumentOps);
