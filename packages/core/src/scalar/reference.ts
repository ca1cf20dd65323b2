import type { ScalarOp } from "./expr.ts";
import type { expandedFunctions } from "./functions.ts";
import { erf, erfc, erfinv, pow } from "./special.ts";

type ExpandedName = keyof typeof expandedFunctions;

/** The expanded functions in double precision, without their expansions: by the engine's `Math` and `special.ts`. */
const reference: Record<ExpandedName, (...x: number[]) => number> = {
  exp: Math.exp,
  exp2: (x) => 2 ** x!,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  sigmoid: (x) => {
    const e = Math.exp(-Math.abs(x!));
    return x! < 0 ? e / (1 + e) : 1 / (1 + e);
  },
  // Math.hypot is variadic, and the interpreter always passes three operands.
  hypot: (x, y) => Math.hypot(x!, y!),
  pow,
  erf,
  erfc,
  erfinv,
};

const hasReference = (name: string): name is ExpandedName => name in reference;

/** The function that computes an op, in double precision or on 32-bit integers. */
export function referenceFunction(name: string, op: ScalarOp, integer = false): (...x: number[]) => number {
  const own = (integer && op.int) || op.float;
  if (own) return own;
  if (hasReference(name)) return reference[name];
  throw new Error(`no implementation of ${name}`);
}
