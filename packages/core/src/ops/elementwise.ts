import { Node } from "../graph/node.ts";
import { type Expr, type Scalar, toExpr } from "../scalar/expr.ts";
import * as fn from "../scalar/functions.ts";
import * as w from "../scalar/primitives.ts";
import { type Formulas, formulas } from "./apply.ts";
import type { Formula } from "./formula.ts";
import type { Operand } from "./row.ts";

const { add, sub, mul, div, neg, eq, lt, le, where } = w;
const { exp, log, pow, sigmoid } = fn;

const not = (x: Scalar): Expr => w.xor(x, 1);
const square = (x: Scalar): Expr => mul(x, x);
const or = (...x: Expr[]): Expr => x.reduce((a, b) => w.or(a, b));
const and = (...x: Expr[]): Expr => x.reduce((a, b) => w.and(a, b));
const isNaNExpr = (x: Scalar): Expr => not(eq(x, x));
const isInfExpr = (x: Scalar): Expr => eq(w.abs(x), Number.POSITIVE_INFINITY);
/** The sign of a NaN is the machine's. */
const isNegative = (x: Expr): Expr => and(eq(x, x), lt(w.copysign(1, x), 0));

/** The derivative of a maximum or minimum y: 1 for the operand that y is, ½ where the other equals it; NaN counts as chosen. */
function tieShare(y: Expr, x: Expr, other: Expr): Expr {
  const is = (operand: Expr) => or(eq(operand, y), isNaNExpr(operand));
  return where(is(x), where(is(other), 0.5, 1), 0);
}

/** e^x/(e^x + e^other) for y = ln(e^x + e^other): ½ where both are ∞, and 0 where both are −∞. */
function weight(y: Expr, x: Expr, other: Expr, base: number): Expr {
  const gap = where(and(isInfExpr(x), eq(x, other)), 0, sub(x, other));
  return where(eq(y, Number.NEGATIVE_INFINITY), 0, sigmoid(mul(base, gap)));
}

/** a − b − (a − b rounded), exactly; 0 where that is infinite. [Knuth 1969] */
function differenceError(a: Expr, b: Expr): Expr {
  const d = sub(a, b);
  const b1 = sub(d, a);
  const lost = sub(sub(a, sub(d, b1)), add(b, b1));
  return where(lt(w.abs(d), Number.POSITIVE_INFINITY), lost, 0);
}

/** `weight` for the base e, with the digits that x − other loses when it is rounded. */
function stableWeight(y: Expr, x: Expr, other: Expr): Expr {
  const s = weight(y, x, other, 1);
  return add(s, mul(mul(s, sub(1, s)), differenceError(x, other)));
}

/**
 * e^{s·x²} for |x| ≤ `end`, beyond which it does not change. With h = x to 6 bits after the point, h² is exact and
 * x² − h² = (x − h)(x + h), so that the exponential keeps the digits that a rounded x² would lose.
 */
function expSquare(s: number, end: number, x: Expr): Expr {
  const t = w.maximum(w.minimum(x, end), -end);
  const h = mul(w.round(mul(t, 64)), 1 / 64);
  const exact = mul(s, square(h));
  const rest = mul(s, mul(sub(t, h), add(t, h)));
  const sum = add(exact, rest);
  const lost = add(sub(exact, sum), rest);
  const e = exp(sum);
  return add(e, mul(e, lost));
}

/** Integers have no quotient by 0. */
const divisor = {
  holds: (_x: Expr, other: Expr) => not(eq(other, 0)),
  of: 1,
  whole: true,
  message: 'integers have no quotient by 0. Did you mean x.to("float32")?',
} as const;

/** sinc′(x)/x in powers of x²: Σ (−1)ᵏ·π²ᵏ·2k/(2k + 1)! for k = 1, 2, …; good to the last digit for |x| < ½. */
const sincSlopes = Array.from({ length: 14 }, (_, i) => {
  const k = 2 * (i + 1);
  return Array.from({ length: k + 1 }, (_, j) => j + 1).reduce(
    (c, j) => (c / j) * (j <= k ? Math.PI : 1),
    (-1) ** (i + 1) * k,
  );
});

/** x·Σ sincSlopes·x²ᵏ. */
const sincSlope = (x: Expr): Expr =>
  mul(
    x,
    sincSlopes.reduceRight<Scalar>((sum, c) => add(mul(sum, square(x)), c), 0),
  );

/** x = n + r with the nearest integer n, so that sin πx = sign·sin πr and cos πx = sign·cos πr. */
function halfTurn(x: Expr): { readonly r: Expr; readonly sign: Expr } {
  const n = w.round(x);
  const half = mul(n, 0.5);
  return { r: sub(x, n), sign: where(eq(w.floor(half), half), 1, -1) };
}

/** Φ(x) = ½·erfc(−x/√2) and φ(x) = e^{−x²/2}/√(2π), the normal distribution and its density. */
const normalCdf = (x: Expr): Expr => mul(0.5, fn.erfc(mul(x, -Math.SQRT1_2)));
const normalPdf = (x: Expr): Expr => mul(1 / Math.sqrt(2 * Math.PI), exp(mul(-0.5, square(x))));

/** √(2/π)·(x + 0.044715·x³), the argument of tanh in the fast GELU. */
const geluArgument = (x: Expr): Expr => mul(Math.sqrt(2 / Math.PI), mul(x, add(1, mul(0.044715, square(x)))));

const anyReal = [-2, 2] as const;
const positive = [0.2, 3] as const;
const insideUnit = [-0.9, 0.9] as const;

/** The square of a root, whose derivatives at 0 are not those of the root. */
const squared = (x: Operand): Node | undefined =>
  x instanceof Node && x.op.family === "identity" ? x.op.rule.square?.(x, x.op.attributes) : undefined;

const rows = {
  /** x + other. */
  add: { f: (x, other) => add(x, other), d: () => [1, 1], types: "number" },
  /** x − other. */
  sub: { f: (x, other) => sub(x, other), d: () => [1, -1], types: "number" },
  /** x·other. */
  mul: {
    f: (x, other) => mul(x, other),
    d: (_y, x, other) => [other, x],
    of: (x, other) => (x === other ? squared(x) : undefined),
    types: "number",
  },
  /** x/other; integers divide to float32. */
  div: {
    f: (x, other) => div(x, other),
    d: (y, _x, other) => [div(1, other), neg(div(y, other))],
    domain: [anyReal, positive],
  },
  /** ⌊x/other⌋ of the exact quotient; its gradient is zero. */
  floorDivide: {
    f: (x, other) => w.floorDivide(x, other),
    d: () => [0, 0],
    types: "number",
    domain: [anyReal, positive],
    require: divisor,
  },
  /** x − other·⌊x/other⌋: the remainder with the divisor's sign, as Python's `%`. */
  remainder: {
    f: (x, other) => {
      const r = fn.fmod(x, other);
      return where(and(not(eq(r, 0)), w.xor(lt(r, 0), lt(other, 0))), add(r, other), r);
    },
    d: (_y, x, other) => [1, neg(w.floorDivide(x, other))],
    types: "number",
    domain: [anyReal, [0.7, 0.9]],
    require: divisor,
  },
  /** x − other·trunc(x/other): the remainder with the dividend's sign, as JavaScript's `%`. */
  fmod: {
    f: (x, other) => fn.fmod(x, other),
    d: (y, x, other) => [1, neg(w.round(div(sub(x, y), other)))],
    types: "number",
    domain: [anyReal, [0.7, 0.9]],
    require: divisor,
  },
  /** x to the power `exponent`, real: (−8)^⅓ is NaN. */
  pow: {
    operands: ["x", "exponent"],
    f: (x, exponent) => pow(x, exponent),
    d: (y, x, exponent) => [
      where(eq(exponent, 0), 0, mul(exponent, pow(x, sub(exponent, 1)))),
      where(or(and(eq(x, 0), eq(exponent, 0)), and(le(0, x), eq(y, 0))), 0, mul(y, log(x))),
    ],
    of: (x, exponent) => (exponent === 2 ? squared(x) : undefined),
    types: "number",
    domain: [positive, anyReal],
    require: {
      holds: (_x, exponent) => le(0, exponent),
      of: 1,
      whole: true,
      message: 'integers have no negative powers. Did you mean x.to("float32")?',
    },
  },
  /** The larger of the two; NaN wins, ties share the gradient. */
  maximum: {
    f: (x, other) => w.maximum(x, other),
    d: (y, x, other) => [tieShare(y, x, other), tieShare(y, other, x)],
    types: "choice",
  },
  /** The smaller of the two; NaN wins, ties share the gradient. */
  minimum: {
    f: (x, other) => w.minimum(x, other),
    d: (y, x, other) => [tieShare(y, x, other), tieShare(y, other, x)],
    types: "choice",
  },
  /** The larger of the two that is a number; a tie gives the gradient to the first. */
  fmax: {
    f: (x, other) => where(isNaNExpr(x), other, where(isNaNExpr(other), x, w.maximum(x, other))),
    d: (_y, x, other) => [or(le(other, x), isNaNExpr(other)), not(or(le(other, x), isNaNExpr(other)))],
    types: "choice",
  },
  /** The smaller of the two that is a number; a tie gives the gradient to the first. */
  fmin: {
    f: (x, other) => where(isNaNExpr(x), other, where(isNaNExpr(other), x, w.minimum(x, other))),
    d: (_y, x, other) => [or(le(x, other), isNaNExpr(other)), not(or(le(x, other), isNaNExpr(other)))],
    types: "choice",
  },
  /** The angle of the point (other, x): atan(x/other) in the right quadrant. */
  atan2: {
    f: (x, other) => fn.atan2(x, other),
    d: (_y, x, other) => {
      const r = fn.hypot(x, other);
      return [div(div(other, r), r), neg(div(div(x, r), r))];
    },
    domain: [positive, anyReal],
  },
  /** √(x² + other²) without overflow. */
  hypot: {
    f: (x, other) => fn.hypot(x, other),
    d: (y, x, other) => [where(eq(y, 0), 0, div(x, y)), where(eq(y, 0), 0, div(other, y))],
    domain: [positive, anyReal],
  },
  /** ln(eˣ + e^other) without overflow. */
  logaddexp: {
    f: (x, other) => {
      const gap = w.abs(sub(x, other));
      return add(w.maximum(x, other), where(eq(x, other), Math.LN2, fn.log1p(exp(neg(gap)))));
    },
    d: (y, x, other) => [weight(y, x, other, 1), weight(y, other, x, 1)],
    stable: (y, x, other) => [stableWeight(y, x, other), stableWeight(y, other, x)],
  },
  /** log₂(2ˣ + 2^other) without overflow. */
  logaddexp2: {
    f: (x, other) => {
      const gap = w.abs(sub(x, other));
      return add(w.maximum(x, other), where(eq(x, other), 1, mul(Math.LOG2E, fn.log1p(fn.exp2(neg(gap))))));
    },
    d: (y, x, other) => [weight(y, x, other, Math.LN2), weight(y, other, x, Math.LN2)],
  },
  /** |x| with the sign of `other`; that of NaN counts as positive. */
  copysign: {
    f: (x, other) => where(isNaNExpr(other), w.abs(x), w.copysign(x, other)),
    d: (_y, x, other) => [where(eq(x, 0), 0, where(w.xor(lt(x, 0), isNegative(other)), -1, 1)), 0],
  },
  /** x·ln(other), and 0 where x = 0 (unless `other` is NaN). */
  xlogy: {
    f: (x, other) => where(and(eq(x, 0), not(isNaNExpr(other))), 0, mul(x, log(other))),
    d: (_y, x, other) => [
      where(and(eq(x, 0), le(other, 0)), 0, log(other)),
      where(and(eq(x, 0), eq(other, 0)), 0, div(x, other)),
    ],
    domain: [anyReal, positive],
  },
  /** 0 for x < 0, 1 for x > 0, `other` at 0; NaN stays NaN. */
  heaviside: {
    f: (x, other) => where(eq(x, 0), other, where(lt(x, 0), 0, where(lt(0, x), 1, x))),
    types: "choice",
  },

  /** −x. */
  neg: { f: (x) => neg(x), d: () => [-1], types: "number" },
  /** |x|; its derivative at 0 is 0. */
  abs: { f: (x) => w.abs(x), d: (_y, x) => [sub(lt(0, x), lt(x, 0))], types: "number" },
  /** −1, 0 or 1; its gradient is zero. */
  sign: {
    f: (x) => where(isNaNExpr(x), x, where(lt(x, 0), -1, where(lt(0, x), 1, 0))),
    d: () => [0],
    types: "number",
  },
  /** x². */
  square: { f: (x) => mul(x, x), d: (_y, x) => [mul(2, x)], of: squared, types: "number" },
  /** 1/x. */
  reciprocal: { f: (x) => div(1, x), d: (y) => [neg(mul(y, y))], domain: [positive] },
  /** √x. */
  sqrt: { f: (x) => w.sqrt(x), d: (y) => [div(0.5, y)], domain: [positive] },
  /** 1/√x. */
  rsqrt: { f: (x) => div(1, w.sqrt(x)), d: (y, x) => [div(mul(-0.5, y), x)], domain: [positive] },
  /** eˣ. */
  exp: { f: (x) => exp(x), d: (y) => [y] },
  /** 2ˣ. */
  exp2: { f: (x) => fn.exp2(x), d: (y) => [mul(Math.LN2, y)] },
  /** eˣ − 1, exact near 0. */
  expm1: { f: (x) => fn.expm1(x), d: (_y, x) => [exp(x)] },
  /** ln x. */
  log: { f: (x) => log(x), d: (_y, x) => [div(1, x)], domain: [positive] },
  /** log₂ x. */
  log2: { f: (x) => fn.log2(x), d: (_y, x) => [div(Math.LOG2E, x)], domain: [positive] },
  /** log₁₀ x. */
  log10: { f: (x) => fn.log10(x), d: (_y, x) => [div(Math.LOG10E, x)], domain: [positive] },
  /** ln(1 + x), exact near 0. */
  log1p: { f: (x) => fn.log1p(x), d: (_y, x) => [div(1, add(1, x))], domain: [positive] },
  /** sin x. */
  sin: { f: (x) => fn.sin(x), d: (_y, x) => [fn.cos(x)] },
  /** cos x. */
  cos: { f: (x) => fn.cos(x), d: (_y, x) => [neg(fn.sin(x))] },
  /** tan x. */
  tan: { f: (x) => fn.tan(x), d: (y) => [add(1, square(y))], domain: [[-1, 1]] },
  /** arcsin x. */
  asin: {
    f: (x) => fn.asin(x),
    d: (_y, x) => [div(1, w.sqrt(mul(sub(1, x), add(1, x))))],
    domain: [insideUnit],
  },
  /** arccos x. */
  acos: {
    f: (x) => fn.acos(x),
    d: (_y, x) => [div(-1, w.sqrt(mul(sub(1, x), add(1, x))))],
    domain: [insideUnit],
  },
  /** arctan x. */
  atan: {
    f: (x) => fn.atan(x),
    d: (_y, x) => [div(1, add(1, square(x)))],
    stable: (_y, x) => [where(lt(w.abs(x), 2 ** 30), div(1, add(1, square(x))), square(div(1, x)))],
  },
  /** sinh x. */
  sinh: { f: (x) => fn.sinh(x), d: (_y, x) => [fn.cosh(x)] },
  /** cosh x. */
  cosh: { f: (x) => fn.cosh(x), d: (_y, x) => [fn.sinh(x)] },
  /** tanh x. */
  tanh: {
    f: (x) => fn.tanh(x),
    d: (y) => [sub(1, square(y))],
    stable: (y, x) => {
      const tails = mul(4, mul(sigmoid(mul(2, x)), sigmoid(mul(-2, x))));
      return [where(lt(w.abs(x), 1), sub(1, square(y)), tails)];
    },
  },
  /** ln cosh x, in range for every finite x and exact near 0. */
  logCosh: {
    f: (x) => {
      const a = w.abs(x);
      const s = fn.sinh(mul(0.5, w.minimum(a, 1)));
      const far = add(sub(a, Math.LN2), fn.log1p(exp(mul(-2, a))));
      return where(lt(a, 1), fn.log1p(mul(2, square(s))), far);
    },
    d: (_y, x) => [fn.tanh(x)],
  },
  /** arsinh x. */
  asinh: { f: (x) => fn.asinh(x), d: (_y, x) => [div(1, fn.hypot(x, 1))] },
  /** arcosh x. */
  acosh: {
    f: (x) => fn.acosh(x),
    d: (_y, x) => [div(1, mul(w.sqrt(sub(x, 1)), w.sqrt(add(x, 1))))],
    domain: [[1.2, 3]],
  },
  /** artanh x. */
  atanh: { f: (x) => fn.atanh(x), d: (_y, x) => [div(1, mul(sub(1, x), add(1, x)))], domain: [insideUnit] },
  /** The error function, 2/√π ∫₀ˣ e^{−t²} dt. */
  erf: {
    f: (x) => fn.erf(x),
    d: (_y, x) => [mul(2 / Math.sqrt(Math.PI), exp(neg(square(x))))],
    stable: (_y, x) => [mul(2 / Math.sqrt(Math.PI), expSquare(-1, 30, x))],
  },
  /** 1 − erf x without cancellation. */
  erfc: {
    f: (x) => fn.erfc(x),
    d: (_y, x) => [mul(-2 / Math.sqrt(Math.PI), exp(neg(square(x))))],
    stable: (_y, x) => [mul(-2 / Math.sqrt(Math.PI), expSquare(-1, 30, x))],
  },
  /** The inverse of erf on (−1, 1). */
  erfinv: {
    f: (x) => fn.erfinv(x),
    d: (y) => [mul(Math.sqrt(Math.PI) / 2, exp(square(y)))],
    stable: (y) => [mul(Math.sqrt(Math.PI) / 2, expSquare(1, 30, y))],
    domain: [insideUnit],
  },
  /** ln |Γ(x)|. */
  lgamma: { f: (x) => fn.lgamma(x), d: (_y, x) => [fn.digamma(x)], domain: [positive] },
  /** ψ(x) = d/dx ln Γ(x). */
  digamma: { f: (x) => fn.digamma(x), d: (_y, x) => [fn.trigamma(x)], domain: [positive] },
  /** ψ′(x) = d/dx ψ(x). */
  trigamma: { f: (x) => fn.trigamma(x), d: (_y, x) => [fn.polygamma(x, 2)], domain: [positive] },
  /** ψ⁽ⁿ⁾(x), the n-th derivative of ψ, for integers n from 0 to 150. */
  polygamma: {
    operands: ["x", "n"],
    f: (x, n) => fn.polygamma(x, n),
    d: (_y, x, n) => [fn.polygamma(x, add(n, 1)), 0],
    domain: [positive, [2, 2]],
  },
  /** ln(x/(1 − x)), the inverse of σ, for x from 0 to 1. */
  logit: {
    f: (x) => {
      const u = sub(add(x, x), 1);
      const rest = sub(1, x);
      const near = fn.log1p(div(w.abs(u), where(lt(u, 0), x, rest)));
      return where(lt(w.abs(u), 0.75), w.copysign(near, u), log(div(x, rest)));
    },
    d: (_y, x) => [div(1, mul(x, sub(1, x)))],
    domain: [[0.1, 0.9]],
  },
  /** ⌊x⌋; its gradient is zero. */
  floor: { f: (x) => w.floor(x), d: () => [0], types: "number" },
  /** ⌈x⌉; its gradient is zero. */
  ceil: { f: (x) => w.ceil(x), d: () => [0], types: "number" },
  /** x without its fraction; its gradient is zero. */
  trunc: { f: (x) => w.trunc(x), d: () => [0], types: "number" },
  /** The nearest integer, halves to even; its gradient is zero. */
  round: { f: (x) => w.round(x), d: () => [0], types: "number" },
  /** x − trunc(x). */
  frac: { f: (x) => sub(x, w.trunc(x)), d: () => [1], domain: [[0.1, 0.9]] },
  /** sin(πx)/(πx), and 1 at 0. */
  sinc: {
    f: (x) => {
      const { r, sign } = halfTurn(x);
      return where(eq(x, 0), 1, div(mul(sign, fn.sin(mul(Math.PI, r))), mul(Math.PI, x)));
    },
    d: (y, x) => [where(lt(w.abs(x), 0.5), sincSlope(x), div(sub(fn.cos(mul(Math.PI, x)), y), x))],
    stable: (y, x) => {
      const { r, sign } = halfTurn(x);
      return [where(lt(w.abs(x), 0.5), sincSlope(x), div(sub(mul(sign, fn.cos(mul(Math.PI, r))), y), x))];
    },
    domain: [positive],
  },
  /** x in degrees to radians. */
  deg2rad: { f: (x) => mul(Math.PI / 180, x), d: () => [Math.PI / 180] },
  /** x in radians to degrees. */
  rad2deg: { f: (x) => mul(180 / Math.PI, x), d: () => [180 / Math.PI] },

  /** σ(x) = 1/(1 + e^{−x}), with σ′ = σ(1 − σ). */
  sigmoid: {
    f: (x) => sigmoid(x),
    d: (y) => [mul(y, sub(1, y))],
    stable: (y, x) => [mul(y, sigmoid(neg(x)))],
  },
  /** ln σ(x) = −softplus(−x). */
  logSigmoid: { f: (x) => neg(fn.softplus(neg(x))), d: (_y, x) => [sigmoid(neg(x))] },
  /** ln(1 + eˣ), finite for every finite x. */
  softplus: { f: (x) => fn.softplus(x), d: (_y, x) => [sigmoid(x)] },
  /** max(x, 0); its derivative at 0 is 0. */
  relu: { f: (x) => w.maximum(x, 0), d: (_y, x) => [not(le(x, 0))], types: "choice" },
  /**
   * x for x > 0, else negativeSlope·x.
   *
   * @param negativeSlope The slope for x ≤ 0; 0.01 by default.
   */
  leakyRelu: {
    operands: ["x", "negativeSlope"],
    f: (x, negativeSlope: Scalar = 0.01) => where(lt(0, x), x, mul(negativeSlope, x)),
    d: (_y, x, negativeSlope: Scalar = 0.01) => [where(lt(0, x), 1, negativeSlope), where(lt(0, x), 0, x)],
  },
  /**
   * x for x > 0, else alpha·(eˣ − 1).
   *
   * @param alpha The negated limit for x → −∞; 1 by default.
   */
  elu: {
    operands: ["x", "alpha"],
    f: (x, alpha: Scalar = 1) => where(lt(0, x), x, mul(alpha, fn.expm1(x))),
    d: (_y, x, alpha: Scalar = 1) => [
      where(lt(0, x), 1, mul(alpha, exp(w.minimum(x, 0)))),
      where(lt(0, x), 0, fn.expm1(w.minimum(x, 0))),
    ],
  },
  /** x·Φ(x), Φ the normal distribution. [Hendrycks & Gimpel 2016] */
  gelu: {
    f: (x) => mul(x, normalCdf(x)),
    d: (_y, x) => [add(normalCdf(x), mul(x, normalPdf(x)))],
    stable: (_y, x) => {
      const pdf = mul(1 / Math.sqrt(2 * Math.PI), expSquare(-0.5, 40, x));
      return [add(normalCdf(x), mul(w.maximum(w.minimum(x, 40), -40), pdf))];
    },
  },
  /** ½x(1 + tanh √(2/π)(x + 0.044715x³)), GELU's fast approximation: x·σ(2·√(2/π)(x + 0.044715x³)). */
  geluTanh: {
    f: (x) => mul(x, sigmoid(mul(2, geluArgument(x)))),
    d: (_y, x) => {
      const s = sigmoid(mul(2, geluArgument(x)));
      const slope = mul(2 * Math.sqrt(2 / Math.PI), add(1, mul(3 * 0.044715, square(x))));
      return [add(s, mul(mul(x, mul(s, sub(1, s))), slope))];
    },
    stable: (_y, x) => {
      const s = sigmoid(mul(2, geluArgument(x)));
      const t = w.maximum(w.minimum(x, 30), -30);
      const slope = mul(2 * Math.sqrt(2 / Math.PI), add(1, mul(3 * 0.044715, square(t))));
      return [add(s, mul(mul(t, mul(s, sub(1, s))), slope))];
    },
  },
  /** x·σ(x), also called swish. */
  silu: {
    f: (x) => mul(x, sigmoid(x)),
    d: (_y, x) => {
      const s = sigmoid(x);
      return [mul(s, add(1, mul(x, sub(1, s))))];
    },
  },
  /**
   * x held between `min` and `max` (max wins); the gradient passes at the bounds.
   *
   * @param min The lower bound; −∞ by default.
   * @param max The upper bound; ∞ by default.
   */
  clamp: {
    operands: ["x", "min", "max"],
    f: (x, min: Scalar = Number.NEGATIVE_INFINITY, max: Scalar = Number.POSITIVE_INFINITY) =>
      w.minimum(w.maximum(x, min), max),
    d: (_y, x, min: Scalar = Number.NEGATIVE_INFINITY, max: Scalar = Number.POSITIVE_INFINITY) => [
      and(le(min, x), le(x, max)),
      max === Number.POSITIVE_INFINITY ? lt(x, min) : and(lt(x, min), lt(min, max)),
      or(lt(max, x), lt(max, min)),
    ],
    types: "choice",
    domain: [anyReal, [-1.2, -0.8], [0.8, 1.2]],
  },

  /** `x` where `condition` holds, else `other`; the branch not taken leaves no trace in value or gradient. */
  where: {
    operands: ["condition", "x", "other"],
    f: (condition, x, other) => where(condition, x, other),
    d: (_y, condition) => [0, condition, not(toExpr(condition))],
    types: "branches",
  },
  /** x + weight·(end − x), counted from the nearer end: weight 0 gives x and weight 1 gives end, exactly. */
  lerp: {
    operands: ["x", "end", "weight"],
    f: (x, end, weight) => {
      const gap = sub(end, x);
      return where(lt(w.abs(weight), 0.5), add(x, mul(weight, gap)), sub(end, mul(sub(1, weight), gap)));
    },
    d: (_y, x, end, weight) => [sub(1, weight), weight, sub(end, x)],
  },

  /** x = other. */
  eq: { f: (x, other) => eq(x, other), types: "compare" },
  /** x ≠ other. */
  ne: { f: (x, other) => not(eq(x, other)), types: "compare" },
  /** x < other. */
  lt: { f: (x, other) => lt(x, other), types: "compare" },
  /** x ≤ other. */
  le: { f: (x, other) => le(x, other), types: "compare" },
  /** x > other. */
  gt: { f: (x, other) => lt(other, x), types: "compare" },
  /** x ≥ other. */
  ge: { f: (x, other) => le(other, x), types: "compare" },
  /** Whether x is NaN. */
  isNaN: { f: (x) => isNaNExpr(x), types: "predicate" },
  /** Whether x is +∞ or −∞. */
  isInf: { f: (x) => isInfExpr(x), types: "predicate" },
  /** Whether x is neither NaN nor infinite. */
  isFinite: { f: (x) => lt(w.abs(x), Number.POSITIVE_INFINITY), types: "predicate" },
  /** Whether x is negative or −0; NaN is not. */
  signbit: { f: (x) => isNegative(x), types: "predicate" },
  /** x ∧ other, of truth values: non-zero is true. */
  logicalAnd: { f: (x, other) => w.and(x, other), types: "logical" },
  /** x ∨ other. */
  logicalOr: { f: (x, other) => w.or(x, other), types: "logical" },
  /** x ⊕ other. */
  logicalXor: { f: (x, other) => w.xor(x, other), types: "logical" },
  /** ¬x. */
  logicalNot: { f: (x) => not(x), types: "logical" },
  /** Bits set in both. */
  bitwiseAnd: { f: (x, other) => w.and(x, other), types: "bits" },
  /** Bits set in either. */
  bitwiseOr: { f: (x, other) => w.or(x, other), types: "bits" },
  /** Bits set in one of the two. */
  bitwiseXor: { f: (x, other) => w.xor(x, other), types: "bits" },
  /** Bits shifted left by `other`, which counts from 0 to 31; otherwise 0. */
  bitwiseLeftShift: { f: (x, other) => w.shiftLeft(x, other), types: "shift" },
  /** Bits moved right by `other` places, the sign kept: ⌊x/2^other⌋; 0 or −1 where these are not 0 … 31. */
  bitwiseRightShift: { f: (x, other) => w.shiftRight(x, other), types: "shift" },
  /** Bits moved right by `other` places, zeros entering; 0 where these are not 0 … 31. */
  bitwiseRightShiftLogical: { f: (x, other) => w.shiftRightLogical(x, other), types: "shift" },
} satisfies Record<string, Formula>;

/** Elementwise ops: each row states its formula and its partial derivatives, and everything else follows. */
export const elementwiseOps: Formulas<typeof rows> = formulas(rows);
