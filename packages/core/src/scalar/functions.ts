import { builders, type Expr, type Scalar, type Word } from "./expr.ts";
import * as gamma from "./gamma.ts";
import { abs, add, maximum, neg } from "./words.ts";

const one = <N extends string>(name: N) => ({ text: `${name}($0)` as const, result: "same" as const });
const two = <N extends string>(name: N) => ({ text: `${name}($0, $1)` as const, result: "same" as const });

/**
 * The functions that formulas are written with beyond the words. What they compute is said twice: in words (`expand/`), for
 * backends, and by the engine's `Math` (`truth.ts`). Those that are not spelled out in words say it here, in double precision.
 */
export const functions = {
  exp: one("exp"),
  exp2: one("exp2"),
  expm1: one("expm1"),
  log: one("ln"),
  log2: one("log2"),
  log10: one("log10"),
  log1p: one("log1p"),
  sin: one("sin"),
  cos: one("cos"),
  tan: one("tan"),
  asin: one("asin"),
  acos: one("acos"),
  atan: one("atan"),
  atan2: two("atan2"),
  sinh: one("sinh"),
  cosh: one("cosh"),
  tanh: one("tanh"),
  asinh: one("asinh"),
  acosh: one("acosh"),
  atanh: one("atanh"),
  sigmoid: one("σ"),
  hypot: two("hypot"),
  pow: { ...two("pow"), int: (x: number, y: number) => (x ** y) | 0 },
  erf: one("erf"),
  erfc: one("erfc"),
  erfinv: one("erfinv"),
  lgamma: { ...one("lnΓ"), float: gamma.lgamma },
  digamma: { ...one("ψ"), float: gamma.digamma },
  trigamma: { ...one("ψ′"), float: gamma.trigamma },
  polygamma: { ...two("polygamma"), float: gamma.polygamma },
  fmod: {
    ...two("fmod"),
    float: (x: number, y: number) => x % y,
    int: (x: number, y: number) => (y === 0 ? 0 : (x % y) | 0),
  },
} satisfies Record<string, Word>;

export const {
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
  fmod,
  erf,
  erfc,
  erfinv,
  lgamma,
  digamma,
  trigamma,
  polygamma,
} = builders(functions);

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^{−|x|}), finite for every finite x. */
export const softplus = (x: Scalar): Expr => add(maximum(x, 0), log1p(exp(neg(abs(x)))));
