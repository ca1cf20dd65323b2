/**
 * The inverse functions of trigonometry, from polynomials about 0 in |t| ≤ ½ of degree 5 in float32 (error 2⁻³¹) and 12 in
 * float64 (2⁻⁶⁰), minimax by Remez: (atan t − t)/t³ and (asin t − t)/t³ in powers of t².
 */
import type { Expr } from "../expr.ts";
import {
  abs,
  add,
  and,
  copysign,
  div,
  eq,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  or,
  sqrt,
  sub,
  where,
} from "../words.ts";
import { horner, perPrecision, square } from "./precision.ts";

const constants = {
  float32: {
    atan: [-0.333333284, 0.199994966, -0.142721981, 0.109418854, -0.0798716769, 0.0387628376],
    asin: [0.166666597, 0.0750051439, 0.044514969, 0.0318242572, 0.0143761197, 0.037604183],
    /** π/2 as high + low. */
    halfPi: [1.570796251296997, 7.549790126404332e-8],
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
    halfPi: [1.5707963267948966, 6.123233995736766e-17],
  },
} as const;

type Constants = (typeof constants)["float32" | "float64"];

/** t + t³·P(t²) + less. */
const series = (coefficients: readonly number[], t: Expr, more?: Expr): Expr => {
  const z = square(t);
  const p = mul(mul(t, z), horner(coefficients, z));
  return add(t, more ? add(p, more) : p);
};
