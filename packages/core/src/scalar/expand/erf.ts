/**
 * erf, erfc and erfinv.
 *
 * erf x = x + x·S(x²) about 0, S of degree 7 in float32 for |x| < 1.4 (error 2⁻²⁷) and 10 in float64 for |x| < 0.84 (2⁻⁵⁶);
 * beyond, it is 1 − erfc x, where float32 uses erfc x = P(x)⁻¹⁶, P of degree 5, which is accurate enough for a difference from 1.
 *
 * erfc a = e^(−a² − 7/16)·(1 + h)/(a + ⅝) for a ≥ ½, with a polynomial h in t = (a − c)/(a + c) that is so small and flat
 * that rounding errors of h and t are negligible. With z = a rounded to half its bits, z² is exact and a² − z² = (a − z)(a + z), so
 * the exponential keeps the bits that a rounded a² would lose. h is of degree 9 in float32 (error 2⁻²⁸) and 22 in float64
 * (2⁻⁶¹). All are minimax by Remez.
 *
 * erfinv x, always computed in float64, is the root y of erf y − |x|, or of 1 − |x| − erfc y where that is more accurate: two
 * steps of Halley's method, three in float64, from a start accurate to 2e-3 [S. Winitzki, A handy approximation for the error function and its inverse, 2008].
 */
import type { Expr } from "../expr.ts";
import {
  abs,
  add,
  copysign,
  div,
  eq,
  lt,
  minimum,
  mul,
  neg,
  sqrt,
  sub,
  toFloat32,
  toFloat64,
  where,
} from "../primitives.ts";
import { type ExpConstants, exp, expConstants, extendedExpParts, scaleByPowerOfTwo } from "./exp.ts";
import { log1p } from "./log.ts";
import { forEachPrecision, horner, polynomial, roundTo, square } from "./precision.ts";

const constants = {
  float32: {
    exp: expConstants.float32 as ExpConstants,
    /** Rounds a to half its bits. */
    half: 1.5 * 2 ** 16,
    /** erfc underflows to 0 from here on. */
    zero: 10.1,
    c: 2,
    h: [
      0.0383569784, -0.154542461, -0.0817908421, 0.111751251, -0.0412593558, -0.00484478334, 0.00654154597,
      0.000697699783, -0.000969223096, -0.000143564859,
    ],
    /** erf(x)/x − 1 in powers of x² − `center`. */
    center: 1,
    s: [
      -0.157299206, -0.213796645, 0.0565707646, -0.0125499209, 0.00233228598, -0.000370006164, 5.23516501e-5,
      -6.39857899e-6,
    ],
  },
  float64: {
    exp: expConstants.float64 as ExpConstants,
    half: 1.5 * 2 ** 31,
    zero: 27.3,
    c: 4,
    h: [
      -0.01862628724411131, -0.15828126346187216, 0.05425519378151215, 0.020934455027661864,
      -0.05715049958750922, 0.060370215293353985, -0.04530762426271939, 0.02629645049626282,
      -0.01175768822573587, 0.0037421198321317267, -0.0005910442522470596, -0.0001390161485393719,
      0.00011227671241472447, -1.9262773318533446e-5, -8.120267839211708e-6, 4.340253974050953e-6,
      1.7225784697431884e-7, -6.163056829423642e-7, 6.295195575767749e-8, 7.727799812928432e-8,
      -1.4433291014300778e-8, -7.2414369495278466e-9, 1.4743596734288256e-9,
    ],
    center: 0.375,
    s: [
      0.001880119786359473, -0.3018096211073692, 0.08660397291085205, -0.020114850033887504,
      0.003850044303633411, -0.0006231851758547345, 8.718801627419746e-5, -1.0729300103541996e-5,
      1.1776758114343282e-6, -1.1691127407453082e-7, 1.074364527083882e-8,
    ],
  },
};

/** −ln of the approximate mean of e^(a²) (a + ⅝) erfc a. */
const logMean = 0.4375;

type Constants = (typeof constants)["float32" | "float64"];

/**
 * erfc a for a ≥ ½: p = (1 + r + u)(1 + h), summed from large to small, v = p/y with y = a + ⅝, and a correction of v for the
 * rounding errors of p and y.
 */
function tail(c: Constants, x: Expr): Expr {
  const a = minimum(x, c.zero);
  const h = polynomial(c.h, div(sub(a, c.c), add(a, c.c)));
  const z = roundTo(c.half, a);
  const { k, r, u } = extendedExpParts(c.exp, neg(add(square(z), logMean)), mul(sub(a, z), add(a, z)));
  const first = add(1, r);
  const more = add(add(u, mul(add(r, u), h)), h);
  const p = add(first, more);
  const lost = add(sub(r, sub(first, 1)), sub(more, sub(p, first)));
  const y = add(a, 0.625);
  const v = div(p, y);
  return scaleByPowerOfTwo(add(v, div(sub(lost, mul(v, sub(a, sub(y, 0.625)))), y)), k);
}

/** erf x about 0; S is a polynomial in x² − `center`. */
const series = (c: Constants, x: Expr): Expr => add(x, mul(x, polynomial(c.s, sub(square(x), c.center))));

/** erfc x = 1 − erf x for |x| < ½; below, 2 − erfc |x|. */
export const erfc = forEachPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = abs(x);
  const y = tail(c, a);
  return where(lt(a, 0.5), sub(1, series(c, x)), where(lt(x, 0), sub(2, y), y));
});

/** erfc(a)^(−1/16) in powers of a, for 1.4 ≤ a ≤ 3.93. */
const root = [0.995148122, 0.0857575759, 0.022891067, 0.0219422188, -0.00424883002, 0.00101837318];

const fourthPower = (x: Expr): Expr => square(square(x));

/** erf x, by its series below `turn`, and by its `complement` erfc from there on. */
const erfOf = (c: Constants, turn: number, complement: (a: Expr) => Expr) => (x: Expr) => {
  const a = abs(x);
  return copysign(where(lt(a, turn), series(c, a), sub(1, complement(a))), x);
};

export const erf = {
  float32: erfOf(constants.float32, 1.4, (a) =>
    div(1, fourthPower(fourthPower(horner(root, minimum(a, 4))))),
  ),
  float64: erfOf(constants.float64, 0.84, (a) => tail(constants.float64, a)),
};

const winitzki = 0.147;

/** erfinv a for 0 ≤ a < 1, by a number of steps. */
function inverse(a: Expr, steps: number): Expr {
  const log = log1p.float64(neg(square(a)));
  const b = add(mul(log, 0.5), 2 / (Math.PI * winitzki));
  const start = sqrt(sub(sqrt(sub(square(b), mul(log, 1 / winitzki))), b));
  const step = (y: Expr): Expr => {
    const residual = where(lt(a, 0.5), sub(erf.float64(y), a), sub(sub(1, a), erfc.float64(y)));
    const newton = mul(div(residual, exp.float64(neg(square(y)))), Math.sqrt(Math.PI) / 2);
    return sub(y, div(newton, add(mul(y, newton), 1)));
  };
  let y = start;
  for (let k = 0; k < steps; k++) y = step(y);
  return y;
}

const erfinvOf = (x: Expr, steps: number): Expr => {
  const a = abs(x);
  return copysign(where(eq(a, 1), Number.POSITIVE_INFINITY, inverse(a, steps)), x);
};

export const erfinv = {
  float32: (x: Expr): Expr => toFloat32(erfinvOf(toFloat64(x), 2)),
  float64: (x: Expr): Expr => erfinvOf(x, 3),
};
