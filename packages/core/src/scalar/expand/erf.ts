/**
 * erf and erfc.
 *
 * erfc a = e^(−a²)·H(t)/(a + ⅜) for a ≥ 0, with t = (a − c)/(a + c): H is so flat that it hardly matters how t was rounded.
 * With z = a rounded to half its bits, z² is exact and a² − z² = (a − z)(a + z), so e^(−a²) keeps the bits that a rounded a²
 * would lose. H is of degree 10 in float32 (error 2⁻²⁹) and 24 in float64 (2⁻⁶¹), minimax by Remez.
 *
 * erf x = x + x·S(x²) about 0, S of degree 6 and 10; beyond, 1 − erfc x, where float32 takes erfc x = P(x)⁻⁸, a fit good
 * enough for the difference from 1.
 */
import type { Expr } from "../expr.ts";
import { abs, add, copysign, div, lt, minimum, mul, neg, sub, where } from "../words.ts";
import { type ExpConstants, expConstants, expParts, scaled } from "./exp.ts";
import { horner, perPrecision, roundTo, square } from "./precision.ts";

const constants = {
  float32: {
    exp: expConstants.float32 as ExpConstants,
    /** Rounds a to half the bits. */
    half: 1.5 * 2 ** 16,
    /** erfc is 0 from here on. */
    zero: 10.1,
    c: 3,
    h: [
      0.604128897, -0.0270313751, -0.0544816777, 0.0835876986, -0.0685936511, 0.0371970944, -0.012432782,
      0.00119406544, 0.00107593206, -0.0003915407, -0.000140763295,
    ],
  },
  float64: {
    exp: expConstants.float64 as ExpConstants,
    half: 1.5 * 2 ** 31,
    zero: 27.3,
    c: 4,
    h: [
      0.5993726271096436, -0.0374270523252598, -0.019650133813473067, 0.05458075421451014,
      -0.06413993019302733, 0.05475489445413464, -0.03707756497062027, 0.02018925102284026,
      -0.008606399986385328, 0.0026158758379837056, -0.00037616639286991595, -0.00010950121960445647,
      7.813016196939769e-5, -1.1961853388329998e-5, -5.978520057866534e-6, 2.9064932080140035e-6,
      1.8133066670326361e-7, -4.2595340342003483e-7, 3.535151341839841e-8, 5.862143354651182e-8,
      -9.253205692169974e-9, -8.599293895008626e-9, 8.011196059537725e-10, 1.0869615865615301e-9,
      1.5484875579450874e-10,
    ],
  },
};

type Constants = (typeof constants)["float32" | "float64"];

/** erfc a for a ≥ 0. */
function erfcOf(c: Constants, x: Expr): Expr {
  const a = minimum(x, c.zero);
  const t = div(sub(a, c.c), add(a, c.c));
  const [h0, ...rest] = c.h as [number, ...number[]];
  const h = mul(t, horner(rest, t));
  const z = roundTo(c.half, a);
  const y = add(a, 0.375);
  const lost = div(sub(a, sub(y, 0.375)), y);
  const less = add(lost, mul(sub(a, z), add(a, z)));
  const { k, q } = expParts(c.exp, neg(square(z)), less);
  const product = add(h0, add(h, mul(q, add(h0, h))));
  return scaled(div(product, y), k);
}

/** erfc x; for x < 0 it is 2 − erfc |x|. */
export const erfc = perPrecision(constants, (c: Constants) => (x: Expr) => {
  const y = erfcOf(c, abs(x));
  return where(lt(x, 0), sub(2, y), y);
});

/** (erf(x)/x − 1) in powers of x². */
const series = {
  float32: [
    0.128379166, -0.37612626, 0.112835854, -0.0268538129, 0.00518832821, -0.000801019836, 7.85387747e-5,
  ],
  float64: [
    0.12837916709551256, -0.37612638903183254, 0.11283791670928264, -0.02686617063946569,
    0.00522397756397713, -0.0008548323121337809, 0.00012055177985076763, -1.4921677456626085e-5,
    1.6396215883986528e-6, -1.567801649810382e-7, 1.0622548513429264e-8,
  ],
};

/** erfc(a)^(−1/8) in powers of a, for 1 ≤ a ≤ 3.93. */
const root = [
  1.00152433, 0.132356659, 0.111054018, -0.00576739153, 0.0299604572, -0.0136227394, 0.00558500364,
  -0.00109894364, 0.000120762445,
];

/** erf x: erf a for a = |x| < turn is a + a·S(a²), beyond 1 − the complement. */
const erfOf = (turn: number, coefficients: readonly number[], complement: (a: Expr) => Expr) => (x: Expr) => {
  const a = abs(x);
  const small = add(a, mul(a, horner(coefficients, square(a))));
  return copysign(where(lt(a, turn), small, sub(1, complement(a))), x);
};

export const erf = {
  float32: erfOf(1, series.float32, (a) => {
    const p = horner(root, minimum(a, 4));
    return div(1, square(square(square(p))));
  }),
  float64: erfOf(0.84375, series.float64, (a) => erfcOf(constants.float64, a)),
};
