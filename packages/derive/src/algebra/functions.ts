import { type Elementwise, registeredRow } from "@chainrule/core/internal";
import { applyAtom, constant, opOf } from "./atoms.ts";
import { Fraction } from "./fraction.ts";
import { primitivePart } from "./polynomial.ts";
import {
  add,
  asAtom,
  asNumber,
  asTerm,
  isZero,
  mul,
  neg,
  number,
  ofAtom,
  ofTerm,
  one,
  pow,
  reciprocal,
  sub,
  zero,
} from "./rational.ts";
import type { Rational, Term } from "./term.ts";

/** Normal forms of functions: equal values get equal expressions wherever these rules say so. */

type Args = readonly [Rational, ...Rational[]];
type Normalizer = (...x: Args) => Rational | undefined;

const row = (name: string, ...args: Args): Rational => applyAtom(opOf(name, args.length), args);

/** Whether the first term is negative. Of x and −x one is. */
const isNegative = ({ numerator }: Rational): boolean => numerator.terms[0]?.coefficient.isNegative ?? false;

const odd =
  (name: string): Normalizer =>
  (x) => {
    if (isZero(x)) return zero;
    return isNegative(x) ? neg(apply(opOf(name, 1), [neg(x)])) : undefined;
  };
const even =
  (name: string): Normalizer =>
  (x) =>
    isNegative(x) ? apply(opOf(name, 1), [neg(x)]) : undefined;

const functionOf = (name: string) => (x: Rational) => apply(opOf(name, 1), [x]);
const exp = functionOf("exp");
const log = functionOf("log");

const isLinear = ({ powers }: Term): boolean => powers.length === 1 && powers[0]!.exponent === 1;

/** e^t of a term: ln undone, and the numerator of the coefficient as an exponent. */
function expOfTerm(t: Term): Rational {
  const { numerator, denominator } = t.coefficient;
  const base = ofTerm({ ...t, coefficient: new Fraction(1n, denominator) });
  const inner = asAtom(base);
  const isLog = inner?.kind === "apply" && inner.op.name === "log";
  return pow(isLog ? inner.args[0]! : row("exp", base), Number(numerator));
}

/** Exponentials of sums of atoms are products, so that what stabilizes a formula cancels. */
const normalExp: Normalizer = (x) => {
  const { terms } = x.numerator;
  if (isZero(x)) return one;
  if (x.denominator.length === 0 && (terms.length === 1 || terms.every(isLinear)))
    return mul(one, ...terms.map(expOfTerm));
  return isNegative(x) ? reciprocal(exp(neg(x))) : undefined;
};

/** Exponentials and reciprocals are taken out of a logarithm. */
const normalLog: Normalizer = (x) => {
  const t = asTerm(x);
  if (asNumber(x)?.isOne) return zero;
  if (!t) return undefined;
  const exponents = t.powers.flatMap(({ atom, exponent }) =>
    atom.kind === "apply" && atom.op.name === "exp"
      ? [{ argument: mul(number(BigInt(exponent)), atom.args[0]!), inverse: ofAtom(atom, -exponent) }]
      : [],
  );
  if (exponents.length > 0)
    return add(log(mul(x, ...exponents.map((e) => e.inverse))), ...exponents.map((e) => e.argument));
  const isReciprocal = t.powers.length > 0 && t.powers.every(({ exponent }) => exponent < 0);
  return isReciprocal && t.coefficient.isOne ? neg(log(reciprocal(x))) : undefined;
};

const isInfinite = (x: Rational): boolean =>
  x.numerator.terms.some((t) => t.powers.some(({ atom }) => atom.key === "∞"));

/** Thresholds below which guards against overflow begin. */
const tiny = 1e-30;

/** [x < other], as [0 < d] for a difference d without a numeric factor whose first term is positive. */
const lessThan: Normalizer = (x, other) => {
  const [a, b] = [asNumber(x), asNumber(other!)];
  if (isInfinite(other!)) return isNegative(other!) ? zero : one;
  if (isInfinite(x)) return isNegative(x) ? one : zero;
  if (a && b) return a.toNumber() < b.toNumber() ? one : zero;
  if (b && !b.isZero && b.abs().toNumber() < tiny) return zero;
  const d = sub(other!, x);
  if (isZero(d)) return zero;
  if (isNegative(d)) return sub(one, lessThan(other!, x) ?? zero);
  const { content } = primitivePart(d.numerator);
  const scaled = mul(d, number(content.coefficient.reciprocal()));
  return row("lt", zero, scaled);
};

/** Equal numbers, and where a maximum or minimum is one of its operands; elsewhere equality is an exception. */
const equal: Normalizer = (x, other) => {
  if (x.key === other!.key) return one;
  for (const [chosen, operand] of [
    [asAtom(x), other!],
    [asAtom(other!), x],
  ] as const) {
    if (chosen?.kind !== "apply" || !/^(max|min)imum$/.test(chosen.op.name)) continue;
    const [first, second] = chosen.args as [Rational, Rational];
    const isFirst = chosen.op.name === "maximum" ? lessThan(second, first)! : lessThan(first, second)!;
    if (operand.key === first.key) return isFirst;
    if (operand.key === second.key) return sub(one, isFirst);
  }
  return zero;
};

const choose: Normalizer = (condition, x, other) => add(mul(condition, x!), mul(sub(one, condition), other!));

/** A bound at infinity does not bind. */
const unboundedBy: Normalizer = (x, other) => (isInfinite(other!) ? x : isInfinite(x) ? other : undefined);

/** x to an integer power. */
const power: Normalizer = (x, exponent) => {
  const n = asNumber(exponent!);
  if (n?.isInteger) return pow(x, Number(n.numerator));
  return n?.denominator === 2n ? pow(functionOf("sqrt")(x), Number(n.numerator)) : undefined;
};

/** The square root of a square of numbers. */
const squareRoot: Normalizer = (x) => {
  const n = asNumber(x);
  if (!n || n.isNegative) return undefined;
  const [p, q] = [Math.sqrt(Number(n.numerator)), Math.sqrt(Number(n.denominator))];
  if (Number.isInteger(p) && Number.isInteger(q)) return number(new Fraction(BigInt(p), BigInt(q)));
  return n.numerator === 2n && n.isInteger ? constant("√2") : undefined;
};

/** The normal forms by row. */
const normalizers: Readonly<Record<string, Normalizer>> = {
  exp: normalExp,
  expm1: (x) => sub(exp(x), one),
  log: normalLog,
  log1p: (x) => log(add(one, x)),
  sigmoid: (x) => (isNegative(x) ? sub(one, functionOf("sigmoid")(neg(x))) : undefined),
  erf: odd("erf"),
  erfc: (x) => sub(one, functionOf("erf")(x)),
  tanh: odd("tanh"),
  sin: odd("sin"),
  tan: odd("tan"),
  sinh: odd("sinh"),
  asin: odd("asin"),
  atan: odd("atan"),
  asinh: odd("asinh"),
  atanh: odd("atanh"),
  cos: even("cos"),
  cosh: even("cosh"),
  abs: even("abs"),
  sqrt: squareRoot,
  pow: power,
  maximum: unboundedBy,
  minimum: unboundedBy,
  where: choose,
  lt: lessThan,
  le: (x, other) => sub(one, lessThan(other!, x) ?? zero),
  eq: equal,
  logicalAnd: (x, other) => mul(x, other!),
  logicalOr: (x, other) => sub(add(x, other!), mul(x, other!)),
  logicalXor: (x, other) => sub(add(x, other!), mul(number(2n), x, other!)),
  toBool: (x) => x,
  toFloat32: (x) => x,
  toFloat64: (x) => x,
};

/** Whether an op is that of the row of its name, and not one of a user by the same name. */
export const isRow = (op: Elementwise, operands: number): boolean =>
  registeredRow(op.name) !== undefined && opOf(op.name, operands) === op;

/** An op applied to expressions, in normal form. */
export function apply(op: Elementwise, args: readonly Rational[]): Rational {
  const normal = isRow(op, args.length) ? normalizers[op.name]?.(...(args as Args)) : undefined;
  return normal ?? applyAtom(op, args);
}
