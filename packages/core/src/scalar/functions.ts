import { builders, type Expr, type Scalar, type ScalarOp } from "./expr.ts";
import * as gamma from "./gamma.ts";
import { abs, add, maximum, neg } from "./primitives.ts";

const floatOnly = { result: "same" as const, floatOnly: true };
const unary = <N extends string>(name: N) => ({ format: `${name}($0)` as const, ...floatOnly });
const binary = <N extends string>(name: N) => ({ format: `${name}($0, $1)` as const, ...floatOnly });

/** xʸ modulo 2³², by repeated squaring; 1/x^−y truncated to an integer for y < 0, and 0 for x = 0. */
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
 * Functions that backends expand into primitives (`expand/`). The interpreter computes them with `reference.ts`, which shares
 * no code with the expansions. A function without either is a type error there.
 */
export const expandedFunctions = {
  exp: unary("exp"),
  exp2: unary("exp2"),
  expm1: unary("expm1"),
  log: unary("ln"),
  log2: unary("log2"),
  log10: unary("log10"),
  log1p: unary("log1p"),
  sin: unary("sin"),
  cos: unary("cos"),
  tan: unary("tan"),
  asin: unary("asin"),
  acos: unary("acos"),
  atan: unary("atan"),
  atan2: binary("atan2"),
  sinh: unary("sinh"),
  cosh: unary("cosh"),
  tanh: unary("tanh"),
  asinh: unary("asinh"),
  acosh: unary("acosh"),
  atanh: unary("atanh"),
  sigmoid: unary("σ"),
  hypot: binary("hypot"),
  pow: { ...binary("pow"), floatOnly: false, int: powInteger },
  erf: unary("erf"),
  erfc: unary("erfc"),
  erfinv: unary("erfinv"),
} satisfies Record<string, ScalarOp & { readonly float?: never }>;

/** Functions without an expansion: every backend calls their implementation in JavaScript, in double precision. */
export const hostFunctions = {
  lgamma: { ...unary("lnΓ"), float: gamma.lgamma },
  digamma: { ...unary("ψ"), float: gamma.digamma },
  trigamma: { ...unary("ψ′"), float: gamma.trigamma },
  polygamma: { ...binary("polygamma"), float: gamma.polygamma },
  fmod: {
    ...binary("fmod"),
    floatOnly: false,
    float: (x: number, y: number) => x % y,
    int: (x: number, y: number) => (y === 0 ? 0 : (x % y) | 0),
  },
} satisfies Record<string, ScalarOp & Required<Pick<ScalarOp, "float">>>;

/** The scalar functions beyond the primitives. */
export const functions = { ...expandedFunctions, ...hostFunctions };

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
