/**
 * Inverse trigonometric functions, from polynomials about 0 in |t| ≤ ½ of degree 5 in float32 (error 2⁻³¹) and 12 in
 * float64 (2⁻⁶⁰), minimax by Remez: (atan t − t)/t³ and (asin t − t)/t³ in powers of t².
 */
import type { Expr, Scalar } from "../expr.ts";
import {
  abs,
  add,
  copysign,
  div,
  eq,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  sqrt,
  sub,
  toFloat32,
  toFloat64,
  where,
  xor,
} from "../primitives.ts";
import { forEachPrecision, polynomial, square } from "./precision.ts";

const constants = {
  float32: {
    atan: [-0.333333284, 0.199994966, -0.142721981, 0.109418854, -0.0798716769, 0.0387628376],
    asin: [0.166666597, 0.0750051439, 0.044514969, 0.0318242572, 0.0143761197, 0.037604183],
    /** π/4 as high + low: n ≤ 4 times the high part is exact. */
    quarter: [0.785398006439209, 1.5695823663008923e-7],
    toFloat: toFloat32,
    /** Beyond this, |x| + |y| might overflow. */
    large: 2 ** 120,
  },
  float64: {
    atan: [
      -0.33333333333333315, 0.19999999999993404, -0.14285714284972462, 0.11111111069061705,
      -0.09090907682465778, 0.07692277287131964, -0.06666221253259501, 0.058777879855475335,
      -0.05229903621694363, 0.04589031133919301, -0.037108521783843336, 0.02364047944661022,
      -0.008356539489972765,
    ],
    asin: [
      0.16666666666666763, 0.07499999999969763, 0.044642857175623975, 0.03038194265828594,
      0.022372216405131845, 0.017351586189757975, 0.01398113401635884, 0.011396318079719601,
      0.01079494760758019, 0.0036503421709588825, 0.021845188218047942, -0.02119582855326749,
      0.032752811687942064,
    ],
    quarter: [0.7853981633974483, 3.061616997868383e-17],
    toFloat: toFloat64,
    large: 2 ** 1000,
  },
} as const;

type Constants = (typeof constants)["float32" | "float64"];

/** atan t − t or asin t − t for z = t². */
const atanRemainder = (coefficients: readonly number[], t: Expr, z: Expr): Expr =>
  mul(mul(t, z), polynomial(coefficients, z));

/** n·π/4 + atan t, n ≤ 4. */
const angle = (c: Constants, n: Scalar, t: Expr): Expr => {
  const rest = atanRemainder(c.atan, t, square(t));
  return add(mul(n, c.quarter[0]), add(t, add(rest, mul(n, c.quarter[1]))));
};

/** atan |x| for |x| ≤ ½, else π/4 + atan((|x| − 1)/(|x| + 1)) for |x| ≤ 2, else π/2 + atan(−1/|x|). */
export const atan = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = abs(x);
  const middle = lt(0.5, a);
  const high = lt(2, a);
  const above = where(middle, where(high, -1, sub(a, 1)), a);
  const t = div(above, where(middle, where(high, a, add(a, 1)), 1));
  return copysign(angle(c, add(c.toFloat(middle), c.toFloat(high)), t), x);
});

/**
 * The angle of (x, y): with q = min(|x|, |y|)/max(|x|, |y|), atan q for q ≤ ½, else π/4 + atan((q − 1)/(q + 1)); subtracted
 * from π/2 if |y| > |x|, and from π if x < 0.
 */
export const atan2 = forEachPrecision(constants, (c: Constants) => (y: Expr, x: Expr) => {
  const [a, b] = [abs(y), abs(x)];
  const [smaller, larger] = [minimum(a, b), maximum(a, b)];
  const huge = lt(c.large, larger);
  const infinite = eq(smaller, Number.POSITIVE_INFINITY);
  const fit = (z: Expr) => where(infinite, 1, where(huge, mul(z, 1 / c.large), z));
  const [s, l] = [fit(smaller), fit(larger)];
  const middle = lt(mul(0.5, l), s);
  const ratio = div(where(middle, sub(s, l), s), where(middle, add(s, l), l));
  const t = where(eq(larger, 0), 0, ratio);
  const steep = lt(b, a);
  const left = lt(copysign(1, x), 0);
  const n = c.toFloat(middle);
  const quarters = where(steep, sub(2, n), n);
  const turned = where(xor(steep, left), neg(t), t);
  return copysign(angle(c, where(left, sub(4, quarters), quarters), turned), y);
});

/** t and `rest` with asin t = t + rest, where t = `x` for |x| ≤ ½, else √((1 − |x|)/2), the sine of half the complement. */
function halveAngle(c: Constants, x: Expr) {
  const a = abs(x);
  const upper = lt(0.5, a);
  const z = where(upper, mul(0.5, sub(1, a)), square(a));
  const t = where(upper, sqrt(z), x);
  return { upper, t, rest: atanRemainder(c.asin, t, z) };
}

/** asin |x|, by π/2 − 2 asin √((1 − |x|)/2) for |x| > ½, compensated for the rounding of π/2 − 2t. */
export const asin = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const { upper, t, rest } = halveAngle(c, abs(x));
  const twice = add(t, t);
  const far = sub(2 * c.quarter[0], twice);
  const lost = sub(sub(2 * c.quarter[0], far), twice);
  const less = sub(add(rest, rest), add(lost, 2 * c.quarter[1]));
  return copysign(where(upper, sub(far, less), add(t, rest)), x);
});

/** acos x = π/2 − asin x, for |x| > ½ by 2 asin √((1 − |x|)/2) or, for x < 0, π minus that. */
export const acos = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const { upper, t, rest } = halveAngle(c, x);
  const complement = sub(2 * c.quarter[0], add(t, sub(rest, 2 * c.quarter[1])));
  const y = where(lt(0.5, x), add(t, rest), complement);
  return where(upper, add(y, y), y);
});
