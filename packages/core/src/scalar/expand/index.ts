import type { functions } from "../functions.ts";
import type { primitives } from "../primitives.ts";
import { erf, erfc, erfinv } from "./erf.ts";
import { exp, exp2, expm1, sigmoid } from "./exp.ts";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.ts";
import { acos, asin, atan, atan2 } from "./inverse.ts";
import { log, log1p, log2, log10 } from "./log.ts";
import { hypot, pow } from "./power.ts";
import type { Expansion } from "./precision.ts";
import { floorDivide } from "./quotient.ts";
import { cos, sin, tan } from "./trig.ts";

/**
 * The functions, and words without an instruction on floats, spelled out in words, each with an error of at most 2 ulp as long as every word is rounded to the precision
 * of its expansion; the same bits wherever the words are IEEE 754's. The functions
 * that are missing have no expansion.
 */
export const expansions: Readonly<Partial<Record<string, Expansion>>> = {
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atan2,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  sigmoid,
  hypot,
  pow,
  erf,
  erfc,
  erfinv,
  floorDivide,
} satisfies Partial<Record<keyof typeof functions | keyof typeof primitives, Expansion>>;

export { farWords } from "./payne-hanek.ts";
export type { Expansion } from "./precision.ts";
