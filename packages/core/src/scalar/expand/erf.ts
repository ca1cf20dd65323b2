/**
 * erf and erfc.
 *
 * erf x = x + x·S(x²) about 0, S of degree 7 in float32 for |x| < 1.4 (error 2⁻²⁷) and 10 in float64 for |x| < 0.84 (2⁻⁵⁶);
 * beyond it is 1 − erfc x, where float32 takes erfc x = P(x)⁻¹⁶, P of degree 5, good enough for a difference from 1.
 *
 * erfc a = e^(−a²)·H(t)/(a + ⅝) for a ≥ ½, with t = (a − c)/(a + c): H is so flat that it hardly matters how t was rounded.
 * With z = a rounded to half its bits, z² is exact and a² − z² = (a − z)(a + z), so e^(−a²) keeps the bits that a rounded a²
 * would lose. H is of degree 9 in float32 (error 2⁻²⁸) and 22 in float64 (2⁻⁶¹). All are minimax by Remez.
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
    c: 2,
    h: [
      0.670413673, -0.0997801125, -0.0528081357, 0.072152026, -0.0266390424, -0.00312802708, 0.00422353949,
      0.000450468826, -0.000625777466, -9.26924331e-5,
    ],
    /** erf(x)/x − 1 in powers of x². */
    s: [
      0.128379166, -0.376126021, 0.112833947, -0.0268501099, 0.00519154174, -0.000818486209, 9.7141703e-5,
      -6.39857899e-6,
    ],
  },
  float64: {
    exp: expConstants.float64 as ExpConstants,
    half: 1.5 * 2 ** 31,
    zero: 27.3,
    c: 4,
    h: [
      0.6336224915159089, -0.1021940645153027, 0.03502978591609305, 0.013516300040180857, -0.03689913584329318,
      0.03897794054428859, -0.029252800841173383, 0.0169782645131961, -0.0075913340771449405,
      0.00241609415533244, -0.00038160685051698935, -8.975557145412643e-5, 7.249129392273506e-5,
      -1.2436981208025635e-5, -5.2428389645868425e-6, 2.8022785826688006e-6, 1.1121802506461029e-7,
      -3.979168560208731e-7, 4.064483747069832e-8, 4.989442561746982e-8, -9.318833074888233e-9,
      -4.6754230956831435e-9, 9.519181505740294e-10,
    ],
    s: [
      0.12837916709551256, -0.37612638903183376, 0.1128379167093419, -0.02686617064058067,
      0.0052239775745764865, -0.0008548323697460986, 0.00012055196970694662, -1.492206323573237e-5,
      1.6400936832172595e-6, -1.5709902333349042e-7, 1.0713819148013923e-8,
    ],
  },
};

type Constants = (typeof constants)["float32" | "float64"];

/** erfc a for a ≥ ½. */
function tail(c: Constants, x: Expr): Expr {
  const a = minimum(x, c.zero);
  const t = div(sub(a, c.c), add(a, c.c));
  const [h0, ...rest] = c.h as [number, ...number[]];
  const h = mul(t, horner(rest, t));
  const z = roundTo(c.half, a);
  const y = add(a, 0.625);
  const lost = div(sub(a, sub(y, 0.625)), y);
  const less = add(lost, mul(sub(a, z), add(a, z)));
  const { k, q } = expParts(c.exp, neg(square(z)), less);
  const product = add(h0, add(h, mul(q, add(h0, h))));
  return scaled(div(product, y), k);
}

/** erf x about 0. */
const series = (c: Constants, x: Expr): Expr => add(x, mul(x, horner(c.s, square(x))));

/** erfc x = 1 − erf x for |x| < ½; below, 2 − erfc |x|. */
export const erfc = perPrecision(constants, (c: Constants) => (x: Expr) => {
  const a = abs(x);
  const y = tail(c, a);
  return where(lt(a, 0.5), sub(1, series(c, x)), where(lt(x, 0), sub(2, y), y));
});

/** erfc(a)^(−1/16) in powers of a, for 1.4 ≤ a ≤ 3.93. */
const root = [0.995148122, 0.0857575759, 0.022891067, 0.0219422188, -0.00424883002, 0.00101837318];

const fourthPower = (x: Expr): Expr => square(square(x));

/** erf x; `complement` is 1 − erf from `turn` on. */
const erfOf = (c: Constants, turn: number, complement: (a: Expr) => Expr) => (x: Expr) => {
  const a = abs(x);
  return copysign(where(lt(a, turn), series(c, a), sub(1, complement(a))), x);
};

export const erf = {
  float32: erfOf(constants.float32, 1.4, (a) => div(1, fourthPower(fourthPower(horner(root, minimum(a, 4)))))),
  float64: erfOf(constants.float64, 0.84, (a) => tail(constants.float64, a)),
};
