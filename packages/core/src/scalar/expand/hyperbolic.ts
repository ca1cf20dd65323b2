/**
 * sinh, cosh and tanh from the parts of eˣ = 2ᵏ(1 + q) (`exp.ts`), so that nothing cancels about 0 and nothing overflows
 * early; asinh, acosh and atanh as ln(1 + u) of a u that does not cancel.
 */
import type { Expr } from "../expr.ts";
import { abs, add, copysign, div, le, lt, minimum, mul, scalb, sqrt, sub, where } from "../words.ts";
import { type ExpConstants, expConstants, expParts } from "./exp.ts";
import { log1p } from "./log.ts";
import { orNaN, perPrecision, polynomial, square } from "./precision.ts";

/**
 * From `large` on, sinh and cosh are Infinity. The series are (sinh x/x − 1)/x² for |x| ≤ 1 and (tanh x/x − 1)/x² for
 * |x| ≤ 0.55 in powers of x², of degree 3 and 4 in float32, 6 and 10 in float64 (errors 2⁻³⁰ and 2⁻⁶⁰).
 */
const constants = {
  float32: {
    exp: expConstants.float32 as ExpConstants,
    large: 89.5,
    sinh: [0.166666672, 0.00833335053, 0.000198360562, 2.81750226e-6],
    tanh: [-0.333333164, 0.133325845, -0.0538521968, 0.0210711807, -0.00627348898],
  },
  float64: {
    exp: expConstants.float64 as ExpConstants,
    large: 710.6,
    sinh: [
      0.16666666666666669, 0.008333333333333137, 0.00019841269841438521, 2.755731915506187e-6,
      2.505212344365261e-8, 1.6057236727507087e-10, 7.759424775870749e-13,
    ],
    tanh: [
      -0.333333333333333, 0.13333333333326597, -0.053968253963746916, 0.021869488385450806,
      -0.00886323259460802, 0.0035920919594928657, -0.0014555423768006714, 0.0005884425073048504,
      -0.00023337640501031338, 8.330887275393978e-5, -1.948990174893629e-5,
    ],
  },
};

type Constants = (typeof constants)["float32" | "float64"];

/** a + a³·P(a²). */
const series = (coefficients: readonly number[], a: Expr): Expr => {
  const z = square(a);
  return add(a, mul(mul(a, z), polynomial(coefficients, z)));
};

/** tanh |x| = 1 − 2e/(1 + e) with e = e^{−2|x|}; it is 1 from |x| = 20 on. */
export const tanh = perPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = minimum(abs(x), 20);
  const { k, q } = expParts(c.exp, mul(-2, a));
  const e = scalb(add(1, q), k);
  const large = sub(1, div(add(e, e), add(1, e)));
  return copysign(where(lt(a, 0.55), series(c.tanh, a), large), x);
});

/** w = e^a/4 and 1/(16w) = e^−a/4. */
function quarters(c: Constants, a: Expr): readonly [Expr, Expr] {
  const { k, q } = expParts(c.exp, minimum(a, c.large));
  const w = scalb(add(1, q), sub(k, 2));
  return [w, div(0.0625, w)];
}

/** cosh x = 2(e^|x|/4 + e^−|x|/4). */
export const cosh = perPrecision(constants, (c: Constants) => (x: Expr) => {
  const half = add(...quarters(c, abs(x)));
  return add(half, half);
});

/** sinh |x| = 2(e^|x|/4 − e^−|x|/4). */
export const sinh = perPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = abs(x);
  const half = sub(...quarters(c, a));
  return copysign(where(lt(a, 1), series(c.sinh, a), add(half, half)), x);
});

const logs = {
  float32: { log1p: log1p.float32, huge: 2 ** 32 },
  float64: { log1p: log1p.float64, huge: 2 ** 60 },
};

type Logs = (typeof logs)["float32" | "float64"];

/** ln(1 + u) + rest, or ln(2a) for an a too large for u. */
const logOf = (c: Logs, a: Expr, u: Expr, rest?: Expr): Expr => {
  const fits = lt(a, c.huge);
  const y = c.log1p(where(fits, u, a));
  return where(fits, rest ? add(y, rest) : y, add(y, Math.LN2));
};

/** asinh |x| = ln(1 + u) with u = |x| + x²/(1 + √(1 + x²)). */
export const asinh = perPrecision(logs, (c: Logs) => (x: Expr) => {
  const a = abs(x);
  const z = square(x);
  return copysign(logOf(c, a, add(a, div(z, add(1, sqrt(add(1, z)))))), x);
});

/**
 * acosh x = ln(1 + u + e) with t = x − 1, u = t + √(2t + t²) and e what the rounding of the sum left out; NaN below 1. From
 * ln(1 + u + e) = ln(1 + u) + e/(1 + u).
 */
export const acosh = perPrecision(logs, (c: Logs) => (x: Expr) => {
  const t = sub(x, 1);
  const root = sqrt(add(add(t, t), square(t)));
  const u = add(t, root);
  const e = sub(t, sub(u, root));
  return orNaN(le(1, x), logOf(c, x, u, div(e, add(1, u))));
});

/** atanh |x| = ½ ln(1 + u) with u = 2|x|/(1 − |x|), for |x| < ½ as 2|x| + 2x²/(1 − |x|); NaN outside [−1, 1]. */
export const atanh = perPrecision(logs, (c: Logs) => (x: Expr) => {
  const a = abs(x);
  const small = lt(a, 0.5);
  const twice = add(a, a);
  const ratio = div(where(small, mul(twice, a), twice), sub(1, a));
  return copysign(mul(0.5, c.log1p(where(small, add(twice, ratio), ratio))), x);
});
