/**
 * sinh, cosh and tanh from the parts of eˣ = 2ᵏ(1 + q) (`exp.ts`), so that nothing cancels about 0 and nothing overflows
 * early; asinh, acosh and atanh as ln(1 + u) of a u that does not cancel.
 */
import type { Expr } from "../expr.ts";
import { abs, add, copysign, div, lt, minimum, mul, scalb, sqrt, sub, where } from "../words.ts";
import { type ExpConstants, expConstants, expParts } from "./exp.ts";
import { log1p } from "./log.ts";
import { horner, perPrecision, square } from "./precision.ts";

/**
 * tanh |x| = −m/(m + 2) with e^{−2|x|} = 2ᵏ(1 + q) = e and m = e − 1 for |x| < 0.7, beyond 1 − 2e/(m + 2), where rounding
 * shows less; it is 1 from |x| = 20 on.
 */
export const tanh = perPrecision(expConstants, (c: ExpConstants) => (x: Expr) => {
  const a = minimum(abs(x), 20);
  const { k, q } = expParts(c, mul(-2, a));
  const s = scalb(1, k);
  const sq = mul(s, q);
  const m = add(sq, sub(s, 1));
  const e = add(sq, s);
  const small = lt(a, 0.7);
  const ratio = div(where(small, m, add(e, e)), add(m, 2));
  return copysign(where(small, ratio, sub(1, ratio)), x);
});

/** From `large` on, sinh and cosh are Infinity; `series` is (sinh x/x − 1)/x² in powers of x², |x| ≤ 1, of degree 3 and 6. */
const constants = {
  float32: {
    exp: expConstants.float32 as ExpConstants,
    large: 89.5,
    series: [0.166666672, 0.00833335053, 0.000198360562, 2.81750226e-6],
  },
  float64: {
    exp: expConstants.float64 as ExpConstants,
    large: 710.6,
    series: [
      0.16666666666666669, 0.008333333333333137, 0.00019841269841438521, 2.755731915506187e-6,
      2.505212344365261e-8, 1.6057236727507087e-10, 7.759424775870749e-13,
    ],
  },
};

type Constants = (typeof constants)["float32" | "float64"];

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

/** sinh |x| = 2(e^|x|/4 − e^−|x|/4), its series for |x| < 1. */
export const sinh = perPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = abs(x);
  const half = sub(...quarters(c, a));
  const z = square(x);
  const small = add(x, mul(mul(x, z), horner(c.series, z)));
  return where(lt(a, 1), small, copysign(add(half, half), x));
});
