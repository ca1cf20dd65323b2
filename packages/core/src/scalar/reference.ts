import type { ScalarOp } from "./expr.ts";
import type { functions } from "./functions.ts";
import { erf, erfc, erfinv, pow } from "./special.ts";

type ReferenceName = {
  [K in keyof typeof functions]: (typeof functions)[K] extends { float: unknown } ? never : K;
}[keyof typeof functions];

/** The functions in double precision, apart from how they are spelled out in words: the engine's own, and `special.ts`. */
const reference = {
  exp: Math.exp,
  exp2: (x: number) => 2 ** x,
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
  sigmoid: (x: number) => {
    const e = Math.exp(-Math.abs(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
  },
  hypot: (x: number, y: number) => Math.hypot(x, y),
  pow,
  erf,
  erfc,
  erfinv,
} satisfies Record<ReferenceName, (...x: never[]) => number>;

const hasReference = (name: string): name is ReferenceName => name in reference;

/** What a word or function computes, in double precision or on whole numbers. */
export function referenceFunction(name: string, word: ScalarOp, integer = false): (...x: number[]) => number {
  const own = (integer && word.int) || word.float;
  if (own) return own;
  if (hasReference(name)) return reference[name];
  throw new Error(`nothing says what ${name} computes`);
}
