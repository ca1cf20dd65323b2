/** The differentiable elementwise rows and their partial derivatives in 256 bits, by closed forms of their own. */
import type { table } from "@chainrule/core/internal";
import {
  add,
  type Big,
  div,
  erf,
  erfc,
  exp,
  expm1,
  ln2,
  log,
  log1p,
  magnitude,
  mul,
  fromNumber as n,
  neg,
  one,
  pi,
  precise,
  sign,
  sinCos,
  size,
  sqrt,
  square,
  sub,
  times2,
  twoBySqrtPi,
} from "../scalar/expand/precise.ts";
import { lgamma, polygamma } from "./gamma.ts";

type F = (...x: Big[]) => Big;

/** A row, and where it is measured. */
export interface Truth {
  readonly f: F;
  /** The partial derivatives by the operands that are drawn. */
  readonly d: readonly F[];
  /** The interval of each operand; by default all finite numbers. */
  readonly domain?: readonly (readonly [low: number, high: number])[];
  /** Where much happens to each operand; by default in [−10, 10]. */
  readonly busy?: readonly (readonly [low: number, high: number])[];
  /** Numbers about which points are dense, besides 0 and the ends of the domain. */
  readonly near?: readonly number[];
  /**
   * The size of the terms, for the row and each partial, where their sum has a zero that is no number of the dtype: errors
   * are measured in ulp of at least that.
   */
  readonly terms?: readonly (((...x: number[]) => number) | undefined)[];
  /** The operands after those that are drawn. */
  readonly parameters?: readonly number[];
}

const decimal = (digits: string): Big => {
  const [whole = "", fraction = ""] = digits.split(".");
  return div({ m: BigInt(whole + fraction), e: 0 }, { m: 10n ** BigInt(fraction.length), e: 0 });
};
const half = n(0.5);
const two = n(2);
const three = n(3);
const unit = precise as Readonly<Record<string, F>>;
const positive = [[0, Number.MAX_VALUE]] as const;
const insideUnit = [[-1, 1]] as const;
const isPositive = (x: Big): boolean => x.m > 0n;
const reciprocal = (x: Big): Big => div(one, x);
const cosh = (x: Big): Big => times2(add(exp(x), exp(neg(x))), -1);

/** e^{−|x|}. */
const decay = (x: Big): Big => exp(neg(magnitude(x)));
const sigmoid = (x: Big): Big => div(isPositive(x) ? one : decay(x), add(one, decay(x)));
const sigmoidSlope = (x: Big): Big => div(decay(x), square(add(one, decay(x))));
const softplus = (x: Big): Big => add(isPositive(x) ? x : n(0), log1p(decay(x)));
const tanh = (x: Big): Big => unit.tanh!(x);
const tanhSlope = (x: Big): Big => times2(sigmoidSlope(times2(x, 1)), 2);

const rootHalf = sqrt(half);
const normalCdf = (x: Big): Big => times2(erfc(neg(mul(x, rootHalf))), -1);
const normalPdf = (x: Big): Big => div(exp(neg(times2(square(x), -1))), sqrt(times2(pi, 1)));
const geluScale = sqrt(div(n(8), pi));
const geluCubic = decimal("0.044715");
const geluArgument = (x: Big): Big => mul(geluScale, mul(x, add(one, mul(geluCubic, square(x)))));
const geluSlope = (x: Big): Big => mul(geluScale, add(one, mul(n(3), mul(geluCubic, square(x)))));

/** tanh ln(1 + eˣ) = N/(N + 2) with N = e²ˣ + 2eˣ. */
const mishGate = (x: Big): Big => {
  const e = exp(x);
  const N = mul(e, add(e, two));
  return div(N, add(N, two));
};
const mishGateSlope = (x: Big): Big => {
  const e = exp(x);
  return div(times2(mul(e, add(e, one)), 2), square(add(mul(e, add(e, two)), two)));
};

/** sin πx and cos πx, by the distance to the nearest integer. */
function sinCosPi(x: Big): readonly [Big, Big] {
  const bits = BigInt(Math.max(0, -x.e));
  const nearest = (x.m + ((1n << bits) >> 1n)) >> bits;
  const r = { m: x.m - (nearest << bits), e: x.e };
  const [s, c] = sinCos(mul(pi, x.e >= 0 ? n(0) : r));
  const isOdd = x.e <= 0 && nearest % 2n !== 0n;
  return isOdd ? [neg(s), neg(c)] : [s, c];
}

const sinc = (x: Big): Big => div(sinCosPi(x)[0], mul(pi, x));
const sincSlope = (x: Big): Big => {
  const z = square(mul(pi, x));
  if (size(x) > -40) return div(sub(sinCosPi(x)[1], sinc(x)), x);
  return neg(mul(div(z, x), sub(div(one, three), div(z, n(30)))));
};

/** Φ and xφ, or their counterparts, about the minimum of x·Φ(x). */
const normalSlopeTerms = (x: number): number => (x > -2 && x < 0 ? 0.2 : 0);
/** σ and xσ(1 − σ), or their counterparts, about the minimum of x·σ(x). */
const logisticSlopeTerms = (x: number): number => (x > -3 && x < 0 ? 0.2 : 0);
/** ψ(x + n) and Σ 1/(x + k). */
const gammaTerms = (x: number): number => (x < 2 ? 1 : 0);

const seluScale = decimal("1.0507009873554804934193349852946");
const seluAlpha = decimal("1.6732632423543772848170429916717");
const gap = (x: Big, y: Big): Big => sub(x, y);
const max = (x: Big, y: Big): Big => (isPositive(gap(x, y)) ? x : y);

/** The rows that are steps, choices between operands, or sums of products: exact, or as accurate as one rounded operation. */
type Exact =
  | "add"
  | "sub"
  | "neg"
  | "abs"
  | "sign"
  | "copysign"
  | "maximum"
  | "minimum"
  | "fmax"
  | "fmin"
  | "floor"
  | "ceil"
  | "trunc"
  | "round"
  | "frac"
  | "floorDivide"
  | "remainder"
  | "fmod"
  | "relu"
  | "clamp"
  | "where"
  | "lerp"
  | "hardtanh"
  | "relu6"
  | "softshrink"
  | "hardshrink"
  | "threshold";

type Rows = typeof table.elementwise;
type Differentiable = {
  [K in keyof Rows]: Rows[K]["formula"] extends { d: unknown } ? K : never;
}[keyof Rows];

export const truths = {
  mul: { f: mul, d: [(_x, y) => y, (x) => x] },
  div: { f: div, d: [(_x, y) => reciprocal(y), (x, y) => neg(div(x, square(y)))] },
  square: { f: square, d: [(x) => times2(x, 1)] },
  reciprocal: { f: reciprocal, d: [(x) => neg(reciprocal(square(x)))] },
  sqrt: { f: sqrt, d: [(x) => div(half, sqrt(x))], domain: positive },
  rsqrt: {
    f: (x) => reciprocal(sqrt(x)),
    d: [(x) => neg(div(half, mul(x, sqrt(x))))],
    domain: positive,
  },
  pow: {
    f: unit.pow!,
    d: [(x, y) => mul(y, div(unit.pow!(x, y), x)), (x, y) => mul(unit.pow!(x, y), log(x))],
    domain: [
      [0, Number.MAX_VALUE],
      [-1e4, 1e4],
    ],
    busy: [
      [0, 4],
      [-4, 4],
    ],
    near: [1],
  },
  atan2: {
    f: unit.atan2!,
    d: [(y, x) => div(x, add(square(x), square(y))), (y, x) => neg(div(y, add(square(x), square(y))))],
  },
  hypot: { f: unit.hypot!, d: [(x, y) => div(x, unit.hypot!(x, y)), (x, y) => div(y, unit.hypot!(x, y))] },
  logaddexp: {
    f: (x, y) => add(max(x, y), log1p(decay(gap(x, y)))),
    terms: [(x, y) => Math.max(Math.abs(x), Math.abs(y))],
    d: [(x, y) => sigmoid(gap(x, y)), (x, y) => sigmoid(gap(y, x))],
  },
  logaddexp2: {
    f: (x, y) => add(max(x, y), div(log1p(decay(mul(ln2, gap(x, y)))), ln2)),
    terms: [(x, y) => Math.max(Math.abs(x), Math.abs(y))],
    d: [(x, y) => sigmoid(mul(ln2, gap(x, y))), (x, y) => sigmoid(mul(ln2, gap(y, x)))],
  },
  xlogy: {
    f: (x, y) => mul(x, log(y)),
    d: [(_x, y) => log(y), div],
    domain: [[-Number.MAX_VALUE, Number.MAX_VALUE], ...positive],
    near: [1],
  },
  exp: { f: exp, d: [exp], busy: [[-110, 90]] },
  exp2: { f: unit.exp2!, d: [(x) => mul(ln2, unit.exp2!(x))], busy: [[-155, 130]] },
  expm1: { f: expm1, d: [exp], busy: [[-110, 90]] },
  log: { f: log, d: [reciprocal], domain: positive, near: [1] },
  log2: { f: unit.log2!, d: [(x) => reciprocal(mul(x, ln2))], domain: positive, near: [1] },
  log10: { f: unit.log10!, d: [(x) => reciprocal(mul(x, log(n(10))))], domain: positive, near: [1] },
  log1p: { f: log1p, d: [(x) => reciprocal(add(one, x))], domain: [[-1, Number.MAX_VALUE]] },
  sin: { f: unit.sin!, d: [unit.cos!], near: [Math.PI / 2, Math.PI] },
  cos: { f: unit.cos!, d: [(x) => neg(unit.sin!(x))], near: [Math.PI / 2, Math.PI] },
  tan: { f: unit.tan!, d: [(x) => reciprocal(square(unit.cos!(x)))], near: [Math.PI / 2, Math.PI] },
  asin: { f: unit.asin!, d: [(x) => reciprocal(sqrt(mul(sub(one, x), add(one, x))))], domain: insideUnit },
  acos: {
    f: unit.acos!,
    d: [(x) => neg(reciprocal(sqrt(mul(sub(one, x), add(one, x)))))],
    domain: insideUnit,
  },
  atan: { f: unit.atan!, d: [(x) => reciprocal(add(one, square(x)))] },
  sinh: { f: unit.sinh!, d: [cosh], busy: [[-90, 90]] },
  cosh: { f: cosh, d: [unit.sinh!], busy: [[-90, 90]] },
  tanh: { f: tanh, d: [tanhSlope], busy: [[-50, 50]] },
  logCosh: {
    f: (x) =>
      size(x) > -40
        ? add(magnitude(x), sub(log1p(square(decay(x))), ln2))
        : times2(sub(square(x), div(square(square(x)), n(6))), -1),
    d: [tanh],
  },
  asinh: { f: unit.asinh!, d: [(x) => reciprocal(sqrt(add(one, square(x))))] },
  acosh: {
    f: unit.acosh!,
    d: [(x) => reciprocal(sqrt(mul(sub(x, one), add(x, one))))],
    domain: [[1, Number.MAX_VALUE]],
  },
  atanh: { f: unit.atanh!, d: [(x) => reciprocal(mul(sub(one, x), add(one, x)))], domain: insideUnit },
  erf: { f: erf, d: [(x) => mul(twoBySqrtPi, exp(neg(square(x))))] },
  erfc: { f: erfc, d: [(x) => neg(mul(twoBySqrtPi, exp(neg(square(x)))))] },
  erfinv: {
    f: unit.erfinv!,
    d: [(x) => div(exp(square(unit.erfinv!(x))), twoBySqrtPi)],
    domain: insideUnit,
  },
  lgamma: {
    f: lgamma,
    d: [(x) => polygamma(0, x)],
    domain: [[-30, Number.MAX_VALUE]],
    near: [1, 2],
    terms: [(x) => (x < 0 ? 2 - x : 0), gammaTerms],
  },
  digamma: {
    f: (x) => polygamma(0, x),
    d: [(x) => polygamma(1, x)],
    domain: [[-30, Number.MAX_VALUE]],
    near: [1.4616321],
    terms: [gammaTerms],
  },
  trigamma: { f: (x) => polygamma(1, x), d: [(x) => polygamma(2, x)], domain: [[-30, Number.MAX_VALUE]] },
  polygamma: {
    f: (x) => polygamma(3, x),
    d: [(x) => polygamma(4, x)],
    domain: [[-30, Number.MAX_VALUE]],
    parameters: [3],
  },
  logit: {
    f: (x) => log(div(x, sub(one, x))),
    d: [(x) => reciprocal(mul(x, sub(one, x)))],
    domain: [[0, 1]],
    near: [0.5],
  },
  sinc: {
    f: sinc,
    d: [sincSlope],
    near: [0.5, 1],
    terms: [undefined, (x) => 0.5 / Math.max(1, Math.abs(x))],
  },
  deg2rad: { f: (x) => mul(x, div(pi, n(180))), d: [() => div(pi, n(180))] },
  rad2deg: { f: (x) => mul(x, div(n(180), pi)), d: [() => div(n(180), pi)] },
  sigmoid: { f: sigmoid, d: [sigmoidSlope], busy: [[-105, 105]] },
  logSigmoid: { f: (x) => neg(softplus(neg(x))), d: [(x) => sigmoid(neg(x))], busy: [[-105, 105]] },
  softplus: { f: softplus, d: [sigmoid], busy: [[-105, 105]] },
  leakyRelu: {
    f: (x) => (isPositive(x) ? x : mul(decimal("0.01"), x)),
    d: [(x) => (isPositive(x) ? one : decimal("0.01"))],
  },
  elu: {
    f: (x) => (isPositive(x) ? x : expm1(x)),
    d: [(x) => (isPositive(x) ? one : exp(x))],
    busy: [[-105, 9]],
  },
  gelu: {
    f: (x) => mul(x, normalCdf(x)),
    d: [(x) => add(normalCdf(x), mul(x, normalPdf(x)))],
    busy: [[-15, 7]],
    near: [-0.7517915],
    terms: [undefined, normalSlopeTerms],
  },
  geluTanh: {
    f: (x) => mul(x, sigmoid(geluArgument(x))),
    d: [(x) => add(sigmoid(geluArgument(x)), mul(x, mul(sigmoidSlope(geluArgument(x)), geluSlope(x))))],
    busy: [[-12, 7]],
    near: [-0.7524614],
    terms: [undefined, normalSlopeTerms],
  },
  silu: {
    f: (x) => mul(x, sigmoid(x)),
    d: [(x) => mul(sigmoid(x), add(one, mul(x, sigmoid(neg(x)))))],
    busy: [[-105, 20]],
    near: [-1.2784645],
    terms: [undefined, logisticSlopeTerms],
  },
  selu: {
    f: (x) => mul(seluScale, isPositive(x) ? x : mul(seluAlpha, expm1(x))),
    d: [(x) => mul(seluScale, isPositive(x) ? one : mul(seluAlpha, exp(x)))],
    busy: [[-105, 9]],
  },
  celu: {
    f: (x) => (isPositive(x) ? x : expm1(x)),
    d: [(x) => (isPositive(x) ? one : exp(x))],
    busy: [[-105, 9]],
  },
  mish: {
    f: (x) => mul(x, mishGate(x)),
    d: [(x) => add(mishGate(x), mul(x, mishGateSlope(x)))],
    busy: [[-105, 30]],
    near: [-1.1924312],
    terms: [undefined, logisticSlopeTerms],
  },
  hardsigmoid: {
    f: (x) => div(add(x, three), n(6)),
    d: [() => div(one, n(6))],
    domain: [[-3, 3]],
  },
  hardswish: {
    f: (x) => div(mul(x, add(x, three)), n(6)),
    d: [(x) => div(add(times2(x, 1), three), n(6))],
    domain: [[-3, 3]],
    near: [-1.5],
  },
  softsign: {
    f: (x) => div(x, add(one, magnitude(x))),
    d: [(x) => reciprocal(square(add(one, magnitude(x))))],
  },
  tanhshrink: {
    f: (x) => sign(x, tanhshrink(magnitude(x))),
    d: [(x) => square(tanh(x))],
  },
} satisfies Readonly<Record<string, Truth>>;

/** x − tanh x for x ≥ 0: about 0 by its series. */
function tanhshrink(x: Big): Big {
  if (size(x) > -40) return sub(x, tanh(x));
  const z = square(x);
  return mul(mul(x, z), sub(div(one, three), mul(z, div(two, n(15)))));
}

/** Every differentiable row has a truth, or is exact: one that has neither, or both, is a type error. */
export const complete: [
  Exclude<Differentiable, keyof typeof truths | Exact>,
  keyof typeof truths & Exact,
] extends [never, never]
  ? true
  : never = true;
