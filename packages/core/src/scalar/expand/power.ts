/**
 * xʸ and √(x² + y²).
 *
 * xʸ = 2^(y·log₂|x|), where a relative error of y·log₂|x| ≤ 1075 is amplified 750 times. In float64 log₂ is therefore
 * computed as a double-double, high + low, accurate to 2⁻⁶⁵, with exact products [Dekker 1971]: for x = 2ᵏ(1 + f), s = f/(2 + f), z = s²,
 * log₂|x| = k + s(C₀ + C₁z + z²·P(z)) with C₀ = 2/ln 2 and C₁ = C₀/3, P of degree 6 (error 2⁻⁶⁶), minimax by Remez. In
 * float32 it is computed in float64 with the ordinary log₂.
 */
import type { Expr, Scalar } from "../expr.ts";
import {
  abs,
  add,
  and,
  copysign,
  div,
  eq,
  floor,
  le,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  or,
  round,
  scalb,
  sqrt,
  sub,
  toFloat32,
  toFloat64,
  where,
  xor,
} from "../primitives.ts";
import { exp2, expConstants, expRemainder, scaleByPowerOfTwo } from "./exp.ts";
import { log2, logConstants, logParts } from "./log.ts";
import { forEachPrecision, isEven, polynomial, square } from "./precision.ts";
import { twoProduct } from "./two-product.ts";

/** A double-double: a number as the sum of two, where the second is at most about half an ulp of the first. */
type Pair = readonly [high: Scalar, low: Scalar];

const splitter = 2 ** 27 + 1;

/** a + b as sum + error, for |a| ≥ |b|. [Dekker 1971] */
function fastTwoSum(a: Scalar, b: Scalar): readonly [Expr, Expr] {
  const s = add(a, b);
  return [s, sub(b, sub(s, a))];
}

const multiplyPairs = ([a1, a2]: Pair, [b1, b2]: Pair): readonly [Expr, Expr] => {
  const [p, e] = twoProduct(a1, b1, splitter);
  return [p, add(e, add(mul(a1, b2), mul(a2, b1)))];
};

/** P in powers of z, C₀ and C₁. */
const P = [
  0.5770780163556178, 0.41219858309195423, 0.32059890227475196, 0.2623077007699514, 0.22198402349994303,
  0.19125437918570493, 0.1903941351657191,
];
const C0: Pair = [2.8853900817779268, 4.0710547481862066e-17];
const C1: Pair = [0.9617966939259756, 5.0577616648125907e-17];

/** log₂ a for finite a > 0, in float64. */
function log2Pair(a: Expr): Pair {
  const { k, f } = logParts(logConstants.float64, a);
  const d = fastTwoSum(2, f);
  const s1 = div(f, d[0]);
  const [p, e] = twoProduct(s1, d[0], splitter);
  const s: Pair = [s1, div(sub(sub(sub(f, p), e), mul(s1, d[1])), d[0])];
  const z = multiplyPairs(s, s);
  const [u1, u2] = multiplyPairs(C1, z);
  const [v1, v2] = fastTwoSum(C0[0], u1);
  const rest = add(add(add(u2, C0[1]), mul(square(z[0]), polynomial(P, z[0]))), v2);
  const [l1, l2] = multiplyPairs(s, fastTwoSum(v1, rest));
  const [high, lost] = fastTwoSum(k, l1);
  return fastTwoSum(where(eq(k, 0), l1, high), where(eq(k, 0), l2, add(lost, l2)));
}

/** 2^(high + low); `low` is ignored where 2^high overflows or underflows. */
function exp2Pair(high: Expr, low: Expr): Expr {
  const c = expConstants.float64;
  const clamped = maximum(minimum(high, c.powerRange[1]), c.powerRange[0]);
  const k = round(clamped);
  const r = mul(add(sub(clamped, k), where(eq(clamped, high), low, 0)), Math.LN2);
  return scaleByPowerOfTwo(add(1, add(r, expRemainder(c, r))), k);
}

/** |x|ʸ in float64, if not both y = 0 and x is 0, ±1 or infinite. */
function magnitude(a: Expr, y: Expr): Expr {
  const [l1, l2] = log2Pair(a);
  const ends = where(eq(a, 0), Number.NEGATIVE_INFINITY, l1);
  const high = where(lt(a, Number.POSITIVE_INFINITY), ends, a);
  const [p, e] = twoProduct(high, y, splitter);
  return exp2Pair(p, add(e, mul(l2, y)));
}

/** xʸ from |x|ʸ by IEEE 754: 1 for y = 0 and for x = 1, NaN for x < 0 and a y that is not an integer. */
const signed = (x: Expr, y: Expr, size: (a: Expr, y: Expr) => Expr): Expr => {
  const a = abs(x);
  const power = where(and(eq(a, 1), eq(y, y)), 1, size(a, y));
  const isInteger = eq(floor(y), y);
  const odd = and(isInteger, xor(isEven(y), 1));
  const turned = where(and(odd, lt(copysign(1, x), 0)), neg(power), power);
  const real = or(isInteger, or(le(0, x), eq(a, Number.POSITIVE_INFINITY)));
  const y1 = where(or(real, xor(eq(x, x), 1)), turned, Number.NaN);
  return where(or(eq(y, 0), eq(x, 1)), 1, y1);
};

/** xʸ. */
export const pow = {
  float32: (x: Expr, y: Expr): Expr =>
    toFloat32(signed(toFloat64(x), toFloat64(y), (a, b) => exp2.float64(mul(b, log2.float64(a))))),
  float64: (x: Expr, y: Expr): Expr => signed(x, y, magnitude),
};

/** Numbers above `large` are scaled down by 2^`scale`, those below `small` up, so that no square overflows or underflows. */
const ranges = {
  float32: { large: 2 ** 60, small: 2 ** -50, scale: 100, toFloat: toFloat32 },
  float64: { large: 2 ** 500, small: 2 ** -450, scale: 600, toFloat: toFloat64 },
};

/** √(x² + y²); Infinity if one of them is infinite. */
export const hypot = forEachPrecision(
  ranges,
  (c: (typeof ranges)["float32" | "float64"]) => (x: Expr, y: Expr) => {
    const [a, b] = [abs(x), abs(y)];
    const larger = maximum(a, b);
    const scale = mul(sub(c.toFloat(lt(larger, c.small)), c.toFloat(lt(c.large, larger))), c.scale);
    const root = sqrt(add(square(scalb(a, scale)), square(scalb(b, scale))));
    const infinite = or(eq(a, Number.POSITIVE_INFINITY), eq(b, Number.POSITIVE_INFINITY));
    return where(infinite, Number.POSITIVE_INFINITY, scalb(root, neg(scale)));
  },
);
