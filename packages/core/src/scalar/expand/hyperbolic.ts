/**
 * sinh and cosh from the parts of eˣ = 2ᵏ(1 + q) (`exp.ts`), without cancellation about 0 or early overflow; tanh by its
 * addition theorem; asinh, acosh and atanh as ln(1 + u), for a u without cancellation.
 */
import type { Expr } from "../expr.ts";
import {
  abs,
  add,
  copysign,
  div,
  le,
  lt,
  minimum,
  mul,
  round,
  scalb,
  sqrt,
  sub,
  where,
} from "../primitives.ts";
import { type ExpConstants, expConstants, expParts } from "./exp.ts";
import { log1p } from "./log.ts";
import { forEachPrecision, nanUnless, polynomial, square } from "./precision.ts";

/**
 * From `large` on, sinh and cosh are Infinity. The series are (sinh x/x − 1)/x² for |x| ≤ 1 and (tanh x/x − 1)/x² for
 * |x| ≤ 0.3 in powers of x², of degree 3 and 2 in float32, 6 in float64 (errors of sinh 2⁻³⁰ and 2⁻⁶⁰, of tanh 2⁻²⁶ and 2⁻⁵³).
 */
const constants = {
  float32: {
    exp: expConstants.float32 as ExpConstants,
    large: 89.5,
    sinh: [0.166666672, 0.00833335053, 0.000198360562, 2.81750226e-6],
    tanh: [-0.333330445, 0.133140879, -0.0502944165],
  },
  float64: {
    exp: expConstants.float64 as ExpConstants,
    large: 710.6,
    sinh: [
      0.16666666666666669, 0.008333333333333137, 0.00019841269841438521, 2.755731915506187e-6,
      2.505212344365261e-8, 1.6057236727507087e-10, 7.759424775870749e-13,
    ],
    tanh: [
      -0.3333333333332579, 0.1333333333123156, -0.05396825198645366, 0.021869399815775008,
      -0.008861105510683184, 0.0035638625127592115, -0.001258590238944057,
    ],
  },
};

type Constants = (typeof constants)["float32" | "float64"];

/** a + a³·P(a²). */
const series = (coefficients: readonly number[], a: Expr): Expr => {
  const z = square(a);
  return add(a, mul(mul(a, z), polynomial(coefficients, z)));
};

/**
 * tanh |x| = (A + BT)/(B + AT) with |x| = h − k·½ ln 2, T = tanh h, A = 1 − 2ᵏ and B = 1 + 2ᵏ, written as a correction of A,
 * which is exact: A + 2ᵏ(2T − w)/(2 − w) with w = A(1 − T). It is 1 for |x| ≥ 20. The ⅜ makes k = 0, for which the result is
 * exactly T, up to |x| = 0.3; beyond, the correction of A is small.
 */
export const tanh = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = minimum(abs(x), 20);
  const k = round(add(mul(a, -2 * Math.LOG2E), 0.375));
  const t = series(c.tanh, add(a, mul(k, Math.LN2 / 2)));
  const s = scalb(1, k);
  const A = sub(1, s);
  const w = mul(A, sub(1, t));
  return copysign(add(A, div(mul(s, sub(add(t, t), w)), sub(2, w))), x);
});

/** w = e^a/4 and 1/(16w) = e^−a/4. */
function quarterExps(c: Constants, a: Expr): readonly [Expr, Expr] {
  const { k, q } = expParts(c.exp, minimum(a, c.large));
  const w = scalb(add(1, q), sub(k, 2));
  return [w, div(0.0625, w)];
}

/** cosh x = 2(e^|x|/4 + e^−|x|/4). */
export const cosh = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const half = add(...quarterExps(c, abs(x)));
  return add(half, half);
});

/** sinh |x| = 2(e^|x|/4 − e^−|x|/4). */
export const sinh = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = abs(x);
  const half = sub(...quarterExps(c, a));
  return copysign(where(lt(a, 1), series(c.sinh, a), add(half, half)), x);
});

const logs = {
  float32: { log1p: log1p.float32, huge: 2 ** 32 },
  float64: { log1p: log1p.float64, huge: 2 ** 60 },
};

type Logs = (typeof logs)["float32" | "float64"];

/** ln(1 + u) + rest, or ln(2a) if a is so large that u might overflow. */
const logOf = (c: Logs, a: Expr, u: Expr, rest?: Expr): Expr => {
  const fits = lt(a, c.huge);
  const y = c.log1p(where(fits, u, a));
  return where(fits, rest ? add(y, rest) : y, add(y, Math.LN2));
};

/** asinh |x| = ln(1 + u) with u = |x| + x²/(1 + √(1 + x²)). */
export const asinh = forEachPrecision(logs, (c: Logs) => (x: Expr) => {
  const a = abs(x);
  const z = square(x);
  return copysign(logOf(c, a, add(a, div(z, add(1, sqrt(add(1, z)))))), x);
});

/**
 * acosh x = ln(1 + u + e) with t = x − 1, u = t + √(2t + t²) and the rounding error e of that sum; NaN below 1. Uses
 * ln(1 + u + e) ≈ ln(1 + u) + e/(1 + u).
 */
export const acosh = forEachPrecision(logs, (c: Logs) => (x: Expr) => {
  const t = sub(x, 1);
  const root = sqrt(add(add(t, t), square(t)));
  const u = add(t, root);
  const e = sub(t, sub(u, root));
  return nanUnless(le(1, x), logOf(c, x, u, div(e, add(1, u))));
});

/** atanh |x| = ½ ln(1 + u) with u = 2|x|/(1 − |x|), for |x| < ½ as 2|x| + 2x²/(1 − |x|); NaN outside [−1, 1]. */
export const atanh = forEachPrecision(logs, (c: Logs) => (x: Expr) => {
  const a = abs(x);
  const small = lt(a, 0.5);
  const twice = add(a, a);
  const ratio = div(where(small, mul(twice, a), twice), sub(1, a));
  return copysign(mul(0.5, c.log1p(where(small, add(twice, ratio), ratio))), x);
});
