import { Fraction } from "./fraction.ts";
import {
  addPolynomials,
  constantPolynomial,
  exactQuotient,
  mulPolynomials,
  polynomial,
  powTerm,
  primitivePart,
  scalePolynomial,
  term,
} from "./polynomial.ts";
import type { Atom, Factor, Polynomial, Rational, Term } from "./term.ts";

/** Arithmetic of quotients of polynomials: a factor of a denominator that divides the numerator is divided out. */

/** Joins equal factors, and takes constants and single terms out of them. */
function normalFactors(factors: readonly Factor[]): { readonly scale: Term; readonly factors: Factor[] } {
  let scale = term(Fraction.one);
  const joined = new Map<string, Factor>();
  for (const { polynomial: p, power } of factors) {
    const { content, rest } = primitivePart(p);
    scale = term(scale.coefficient, [...scale.powers, ...powTerm(content, -power).powers]);
    scale = { ...scale, coefficient: scale.coefficient.mul(content.coefficient.pow(-power)) };
    if (rest.terms.length === 1) continue;
    joined.set(rest.key, { polynomial: rest, power: power + (joined.get(rest.key)?.power ?? 0) });
  }
  return { scale, factors: [...joined.values()] };
}

/** Numerator over factors, in normal form. */
export function rational(numerator: Polynomial, denominator: readonly Factor[] = []): Rational {
  const { scale, factors } = normalFactors(denominator);
  let top = scalePolynomial(numerator, scale);
  const left: Factor[] = [];
  for (const { polynomial: p, power } of factors) {
    let remaining = power;
    while (remaining > 0) {
      const quotient = exactQuotient(top, p);
      if (!quotient) break;
      top = quotient;
      remaining--;
    }
    if (remaining > 0) left.push({ polynomial: p, power: remaining });
  }
  if (top.terms.length === 0) left.length = 0;
  left.sort((a, b) => (a.polynomial.key < b.polynomial.key ? -1 : 1));
  const below = left.map(({ polynomial: p, power }) => `(${p.key})^${power}`).join("");
  return { key: below ? `(${top.key})/${below}` : top.key, numerator: top, denominator: left };
}

export const number = (x: Fraction | bigint): Rational =>
  rational(constantPolynomial(typeof x === "bigint" ? new Fraction(x) : x));

export const zero = number(0n);
export const one = number(1n);

export const ofAtom = (atom: Atom, exponent = 1): Rational =>
  rational(polynomial([term(Fraction.one, [{ atom, exponent }])]));

export const ofTerm = (t: Term): Rational => rational(polynomial([t]));

export const isZero = ({ numerator }: Rational): boolean => numerator.terms.length === 0;

/** The number that an expression is, if it is one. */
export function asNumber({ numerator, denominator }: Rational): Fraction | undefined {
  const [first, second] = numerator.terms;
  if (denominator.length > 0 || second) return undefined;
  if (!first) return Fraction.zero;
  return first.powers.length === 0 ? first.coefficient : undefined;
}

/** The term that an expression is, if it is a single one. */
export const asTerm = ({ numerator, denominator }: Rational): Term | undefined =>
  denominator.length === 0 && numerator.terms.length === 1 ? numerator.terms[0] : undefined;

/** The atom that an expression is, if it is one. */
export function asAtom(x: Rational): Atom | undefined {
  const t = asTerm(x);
  const [power, second] = t?.powers ?? [];
  return t?.coefficient.isOne && power?.exponent === 1 && !second ? power.atom : undefined;
}

const powerOf = (p: Polynomial, n: number): Polynomial =>
  n === 0 ? constantPolynomial(Fraction.one) : mulPolynomials(powerOf(p, n - 1), p);

const expanded = (factors: readonly Factor[]): Polynomial =>
  factors.reduce(
    (product, { polynomial: p, power }) => mulPolynomials(product, powerOf(p, power)),
    constantPolynomial(Fraction.one),
  );

/** The factors of `all` that `own` lacks. */
const missing = (all: ReadonlyMap<string, Factor>, own: readonly Factor[]): Factor[] =>
  [...all.values()].flatMap(({ polynomial: p, power }) => {
    const left = power - (own.find((f) => f.polynomial.key === p.key)?.power ?? 0);
    return left > 0 ? [{ polynomial: p, power: left }] : [];
  });

export function add(...all: readonly Rational[]): Rational {
  return all.reduce((a, b) => {
    const common = new Map<string, Factor>();
    for (const f of [...a.denominator, ...b.denominator]) {
      const known = common.get(f.polynomial.key);
      if (!known || known.power < f.power) common.set(f.polynomial.key, f);
    }
    const top = addPolynomials(
      mulPolynomials(a.numerator, expanded(missing(common, a.denominator))),
      mulPolynomials(b.numerator, expanded(missing(common, b.denominator))),
    );
    return rational(top, [...common.values()]);
  }, zero);
}

export const neg = (a: Rational): Rational => mul(number(-1n), a);
export const sub = (a: Rational, b: Rational): Rational => add(a, neg(b));

/** The squares of ops that are simpler than the ops. A truth value is its own square. */
const squares: Readonly<Record<string, (x: Rational, atom: Atom) => Rational>> = {
  sqrt: (x) => x,
  abs: (x) => pow(x, 2),
  lt: (_, atom) => ofAtom(atom),
};

/** The square of an atom, if it is simpler, for exponents that contain it. */
function squareOf(atom: Atom, exponent: number): Rational | undefined {
  if (atom.kind === "constant" && atom.name === "√2" && exponent !== 1) return number(2n);
  if (Math.abs(exponent) < 2) return undefined;
  return atom.kind === "apply" ? squares[atom.op.name]?.(atom.args[0]!, atom) : undefined;
}

/** Replaces powers of atoms whose square is known. */
function reduceSquares(x: Rational): Rational {
  const reducible = ({ powers }: Term) => powers.some(({ atom, exponent }) => squareOf(atom, exponent));
  if (!x.numerator.terms.some(reducible)) return x;
  const terms = x.numerator.terms.map((t) => {
    const parts = t.powers.map(({ atom, exponent }) => {
      const square = squareOf(atom, exponent);
      if (!square) return ofAtom(atom, exponent);
      const halves = atom.kind === "constant" ? Math.floor(exponent / 2) : Math.trunc(exponent / 2);
      const rest = exponent - 2 * halves;
      return rest === 0 ? pow(square, halves) : mul(pow(square, halves), ofAtom(atom, rest));
    });
    return mul(ofTerm(term(t.coefficient)), ...parts);
  });
  return mul(add(...terms), rational(constantPolynomial(Fraction.one), x.denominator));
}

export function mul(...all: readonly Rational[]): Rational {
  const product = all.reduce((a, b) =>
    rational(mulPolynomials(a.numerator, b.numerator), [...a.denominator, ...b.denominator]),
  );
  return reduceSquares(product);
}

/** @throws a `RangeError` for 1/0 */
export const reciprocal = (a: Rational): Rational => pow(a, -1);

export const div = (a: Rational, b: Rational): Rational => mul(a, reciprocal(b));

/** xⁿ. Powers of sums stay factors of a denominator. @throws a `RangeError` for 0 to a negative power */
export function pow(a: Rational, n: number): Rational {
  const t = asTerm(a);
  if (t) return reduceSquares(ofTerm(powTerm(t, n)));
  if (n >= 0) return n === 0 ? one : mul(pow(a, n - 1), a);
  if (isZero(a)) throw new RangeError("1/0 has no value");
  const top = powerOf(expanded(a.denominator), -n);
  return reduceSquares(rational(top, [{ polynomial: a.numerator, power: -n }]));
}
