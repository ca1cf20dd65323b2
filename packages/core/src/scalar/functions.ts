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
  /** eˣ. */
  exp: unary("exp"),
  /** 2ˣ. */
  exp2: unary("exp2"),
  /** eˣ − 1, exact near 0. */
  expm1: unary("expm1"),
  /** ln x. */
  log: unary("ln"),
  /** log₂ x. */
  log2: unary("log2"),
  /** log₁₀ x. */
  log10: unary("log10"),
  /** ln(1 + x), exact near 0. */
  log1p: unary("log1p"),
  /** sin x. */
  sin: unary("sin"),
  /** cos x. */
  cos: unary("cos"),
  /** tan x. */
  tan: unary("tan"),
  /** arcsin x. */
  asin: unary("asin"),
  /** arccos x. */
  acos: unary("acos"),
  /** arctan x. */
  atan: unary("atan"),
  /** The angle of the point (y, x): atan(x/y) in the right quadrant, for operands x and y. */
  atan2: binary("atan2"),
  /** sinh x. */
  sinh: unary("sinh"),
  /** cosh x. */
  cosh: unary("cosh"),
  /** tanh x. */
  tanh: unary("tanh"),
  /** arsinh x. */
  asinh: unary("asinh"),
  /** arcosh x. */
  acosh: unary("acosh"),
  /** artanh x. */
  atanh: unary("atanh"),
  /** σ(x) = 1/(1 + e^{−x}). */
  sigmoid: unary("σ"),
  /** √(x² + y²) without overflow. */
  hypot: binary("hypot"),
  /** xʸ; of two integers modulo 2³². */
  pow: { ...binary("pow"), floatOnly: false, int: powInteger },
  /** The error function, 2/√π ∫₀ˣ e^{−t²} dt. */
  erf: unary("erf"),
  /** 1 − erf x without cancellation. */
  erfc: unary("erfc"),
  /** The inverse of erf on (−1, 1). */
  erfinv: unary("erfinv"),
} satisfies Record<string, ScalarOp & { readonly float?: never }>;

/** Functions without an expansion: every backend calls their implementation in JavaScript, in double precision. */
export const hostFunctions = {
  /** ln |Γ(x)|. */
  lgamma: { ...unary("lnΓ"), float: gamma.lgamma },
  /** ψ(x) = d/dx ln Γ(x). */
  digamma: { ...unary("ψ"), float: gamma.digamma },
  /** ψ′(x) = d/dx ψ(x). */
  trigamma: { ...unary("ψ′"), float: gamma.trigamma },
  /** ψ⁽ⁿ⁾(x), the n-th derivative of ψ, for operands x and n. */
  polygamma: { ...binary("polygamma"), float: gamma.polygamma },
  /** x − y·trunc(x/y): the remainder with the sign of x, as JavaScript's `%`. */
  fmod: {
    ...binary("fmod"),
    floatOnly: false,
    float: (x: number, y: number) => x % y,
    int: (x: number, y: number) => (y === 0 ? 0 : (x % y) | 0),
  },
} satisfies Record<string, ScalarOp & Required<Pick<ScalarOp, "float">>>;

/** The scalar functions beyond the primitives. */
export const functions = { ...expandedFunctions, ...hostFunctions };

/**
 * The functions beyond the primitives, as functions of expressions: their documentation is that of the rows above.
 *
 * @example
 * const { exp, mul } = scalar;
 * const f = elementwise("twoExp", { f: (x) => mul(2, exp(x)) });
 * console.log(f(tensor(0)).item()); //=> 2
 */
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

/**
 * ln(1 + eˣ) = max(x, 0) + ln(1 + e^{−|x|}), finite for every finite x.
 *
 * @example
 * const f = elementwise("twoSoftplus", { f: (x) => scalar.mul(2, scalar.softplus(x)) });
 * console.log(f(tensor(0)).item().toFixed(3)); //=> 1.386
 */
export const softplus = (x: Scalar): Expr => add(maximum(x, 0), log1p(exp(neg(abs(x)))));
