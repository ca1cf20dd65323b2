import { builders, type Expr, type Scalar, type ScalarOp } from "./expr.ts";
import * as gamma from "./gamma.ts";
import { abs, add, maximum, neg } from "./primitives.ts";

const real = { result: "same" as const, real: true };
const one = <N extends string>(name: N) => ({ text: `${name}($0)` as const, ...real });
const two = <N extends string>(name: N) => ({ text: `${name}($0, $1)` as const, ...real });

/** xʸ in 32 bits, as if multiplied y times; for a negative y what is whole of 1/x^−y, and 0 for x = 0. */
function powInteger(x: number, y: number): number {
  if (y < 0) return x === 1 || x === -1 ? powInteger(x, -y) : 0;
  let [result, square] = [1, x];
  for (let n = y; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

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
  pow: { ...two("pow"), real: false, int: powInteger },
  erf: one("erf"),
  erfc: one("erfc"),
  erfinv: one("erfinv"),
  lgamma: { ...one("lnΓ"), float: gamma.lgamma },
  digamma: { ...one("ψ"), float: gamma.digamma },
  trigamma: { ...one("ψ′"), float: gamma.trigamma },
  polygamma: { ...two("polygamma"), float: gamma.polygamma },
  fmod: {
    ...two("fmod"),
    real: false,
    float: (x: number, y: number) => x % y,
    int: (x: number, y: number) => (y === 0 ? 0 : (x % y) | 0),
  },
} satisfies Record<string, ScalarOp>;

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
