/** Patterns of rewrites in arithmetic of 240 digits, and their derivatives by differences. */
import Decimal from "decimal.js";
import type { Term } from "../../src/rewrites/pattern.ts";

const Exact = Decimal.clone({ precision: 240, minE: -9e15, maxE: 9e15 });
export type Vector = readonly Decimal[];

const one = new Exact(1);
const expm1 = (x: Decimal) => x.exp().minus(1);
const log1p = (x: Decimal) => x.plus(1).ln();

/** 2/√π·Σ (−1)ⁿ·x²ⁿ⁺¹/(n!·(2n + 1)). */
function erf(x: Decimal): Decimal {
  if (x.abs().gt(100)) return new Exact(x.s);
  let [term, sum] = [x, x];
  for (let n = 1; term.abs().gt(1e-245) || n < 4; n++) {
    term = term.times(x).times(x).div(-n);
    sum = sum.plus(term.div(2 * n + 1));
  }
  return sum.times(2).div(Exact.acos(-1).sqrt());
}

const asinh = (x: Decimal) => x.plus(x.times(x).plus(1).sqrt()).ln();

const map = (f: (x: Decimal) => Decimal) => (x: Vector) => x.map(f);
const both =
  (f: (x: Decimal, y: Decimal) => Decimal) =>
  (x: Vector, y: Vector): Vector =>
    Array.from({ length: Math.max(x.length, y.length) }, (_, i) => f(x[i] ?? x[0]!, y[i] ?? y[0]!));
const sum = (x: Vector): Decimal => Exact.sum(...x);

/** The ops that patterns consist of. */
const definitions: Readonly<Record<string, (x: Vector, y: Vector) => Vector>> = {
  add: both((x, y) => x.plus(y)),
  sub: both((x, y) => x.minus(y)),
  mul: both((x, y) => x.times(y)),
  div: both((x, y) => x.div(y)),
  neg: map((x) => x.neg()),
  reciprocal: map((x) => one.div(x)),
  square: map((x) => x.times(x)),
  sqrt: map((x) => x.sqrt()),
  exp: map((x) => x.exp()),
  log: map((x) => x.ln()),
  log1p: map(log1p),
  expm1: map(expm1),
  sigmoid: map((x) => one.div(x.neg().exp().plus(1))),
  softplus: map((x) => log1p(x.exp())),
  logSigmoid: map((x) => log1p(x.neg().exp()).neg()),
  logit: map((x) => x.div(one.minus(x)).ln()),
  sinh: map((x) => x.exp().minus(x.neg().exp()).div(2)),
  cosh: map((x) => x.exp().plus(x.neg().exp()).div(2)),
  tanh: map((x) => expm1(x.times(2)).div(x.times(2).exp().plus(1))),
  asinh: map((x) => (x.s < 0 ? asinh(x.neg()).neg() : asinh(x))),
  acosh: map((x) => (x.lt(1) ? new Exact(Number.NaN) : x.plus(x.times(x).minus(1).sqrt()).ln())),
  atanh: map((x) => one.plus(x).div(one.minus(x)).ln().div(2)),
  sin: map((x) => x.sin()),
  cos: map((x) => x.cos()),
  atan: map((x) => x.atan()),
  erf: map(erf),
  erfc: map((x) => one.minus(erf(x))),
  sum: (x) => [sum(x)],
  mean: (x) => [sum(x).div(x.length)],
  softmax: (x) => {
    const e = x.map((z) => z.exp());
    return e.map((z) => z.div(sum(e)));
  },
};

/** The value of a pattern. */
export function evaluateExactly(term: Term, variables: Readonly<Record<string, Vector>>): Vector {
  if (typeof term === "number") return [new Exact(term)];
  if (term.kind !== "call") return variables[term.name]!;
  const args = term.args.filter((a) => typeof a === "number" || a.kind !== "rest");
  const [x, y] = args.map((a) => evaluateExactly(a, variables));
  return definitions[term.op]!(x!, y!);
}

export const exactly = (x: number): Decimal => new Exact(x);

/** f(x), f′(x) and f″(x), by differences that are exact to 50 digits. */
export function jet(f: (x: Decimal) => Decimal, x: number): readonly [Decimal, Decimal, Decimal] {
  const h = new Exact("1e-30");
  const [below, at, above] = [f(exactly(x).minus(h)), f(exactly(x)), f(exactly(x).plus(h))];
  return [at, above.minus(below).div(h.times(2)), above.plus(below).minus(at.times(2)).div(h.times(h))];
}
