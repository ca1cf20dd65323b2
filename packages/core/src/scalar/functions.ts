import { builders, type Expr, type Scalar, type Word } from "./expr.ts";
import * as special from "./special.ts";
import { abs, add, maximum, neg } from "./words.ts";

const named = <F extends (...x: number[]) => number>(name: string, float: F) => ({
  text: `${name}(${float.length === 2 ? "$0, $1" : "$0"})`,
  float,
  result: "same" as const,
});

/**
 * The functions that formulas are written with beyond the words. `float` is the truth in double precision:
 * the engine's own `Math` where it has the function, `special.ts` where not.
 */
export const functions = {
  exp: named("exp", (x: number) => Math.exp(x)),
  exp2: named("exp2", (x: number) => 2 ** x),
  expm1: named("expm1", (x: number) => Math.expm1(x)),
  log: named("ln", (x: number) => Math.log(x)),
  log2: named("log2", (x: number) => Math.log2(x)),
  log10: named("log10", (x: number) => Math.log10(x)),
  log1p: named("log1p", (x: number) => Math.log1p(x)),
  sin: named("sin", (x: number) => Math.sin(x)),
  cos: named("cos", (x: number) => Math.cos(x)),
  tan: named("tan", (x: number) => Math.tan(x)),
  asin: named("asin", (x: number) => Math.asin(x)),
  acos: named("acos", (x: number) => Math.acos(x)),
  atan: named("atan", (x: number) => Math.atan(x)),
  atan2: named("atan2", (y: number, x: number) => Math.atan2(y, x)),
  sinh: named("sinh", (x: number) => Math.sinh(x)),
  cosh: named("cosh", (x: number) => Math.cosh(x)),
  tanh: named("tanh", (x: number) => Math.tanh(x)),
  asinh: named("asinh", (x: number) => Math.asinh(x)),
  acosh: named("acosh", (x: number) => Math.acosh(x)),
  atanh: named("atanh", (x: number) => Math.atanh(x)),
  sigmoid: named("σ", (x: number) => {
    const e = Math.exp(-Math.abs(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
  }),
  hypot: named("hypot", (x: number, y: number) => Math.hypot(x, y)),
  pow: named("pow", (x: number, y: number) => special.pow(x, y)),
  fmod: {
    ...named("fmod", (x: number, y: number) => x % y),
    int: (x: number, y: number) => (y === 0 ? 0 : (x % y) | 0),
  },
  erf: named("erf", (x: number) => special.erf(x)),
  erfc: named("erfc", (x: number) => special.erfc(x)),
  erfinv: named("erfinv", (x: number) => special.erfinv(x)),
  lgamma: named("lnΓ", (x: number) => special.lgamma(x)),
  digamma: named("ψ", (x: number) => special.digamma(x)),
  trigamma: named("ψ′", (x: number) => special.trigamma(x)),
  polygamma: named("polygamma", (x: number, n: number) => special.polygamma(x, n)),
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
