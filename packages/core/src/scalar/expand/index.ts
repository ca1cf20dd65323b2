import type { expandedFunctions } from "../functions.ts";
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

/** The primitives without an instruction on floats. */
type ExpandedPrimitive = Extract<keyof typeof primitives, "floorDivide">;

/**
 * Functions as expressions of primitives, with an error of at most 2 ulp if every op rounds to the precision of the
 * expansion. Primitives follow IEEE 754, so that the results have the same bits on every machine.
 */
export const expansions: Readonly<Record<keyof typeof expandedFunctions | ExpandedPrimitive, Expansion>> = {
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
};

const isExpanded = (name: string): name is keyof typeof expansions => name in expansions;

/** The expansion of an op by name; undefined if backends have an instruction for it or call the host. */
export const expansionOf = (name: string): Expansion | undefined =>
  isExpanded(name) ? expansions[name] : undefined;

export { largeArgumentOps } from "./payne-hanek.ts";
export type { Expansion } from "./precision.ts";
