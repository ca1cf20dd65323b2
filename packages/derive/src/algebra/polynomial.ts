import { Fraction } from "./fraction.ts";
import type { Polynomial, Power, Term } from "./term.ts";

/** Arithmetic of polynomials in atoms, with exact coefficients. */

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : a.key > b.key ? 1 : 0;

/** A term of powers in any order, equal atoms joined. */
export function term(coefficient: Fraction, powers: readonly Power[] = []): Term {
  const joined = new Map<string, Power>();
  for (const { atom, exponent } of powers) {
    const known = joined.get(atom.key)?.exponent ?? 0;
    joined.set(atom.key, { atom, exponent: known + exponent });
  }
  const sorted = [...joined.values()]
    .filter(({ exponent }) => exponent !== 0)
    .sort((a, b) => byKey(a.atom, b.atom));
  return {
    key: sorted.map(({ atom, exponent }) => `${atom.key}^${exponent}`).join("·"),
    coefficient,
    powers: sorted,
  };
}

/** A polynomial of terms in any order, like terms joined. */
export function polynomial(terms: readonly Term[]): Polynomial {
  const joined = new Map<string, Term>();
  for (const t of terms) {
    const coefficient = joined.get(t.key)?.coefficient.add(t.coefficient) ?? t.coefficient;
    joined.set(t.key, { ...t, coefficient });
  }
  const sorted = [...joined.values()].filter(({ coefficient }) => !coefficient.isZero).sort(byKey);
  return { key: sorted.map(({ key, coefficient }) => `${coefficient}·${key}`).join("+"), terms: sorted };
}

export const constantPolynomial = (c: Fraction): Polynomial => polynomial([term(c)]);

export const mulTerms = (a: Term, b: Term): Term =>
  term(a.coefficient.mul(b.coefficient), [...a.powers, ...b.powers]);

export const powTerm = (t: Term, n: number): Term =>
  term(
    t.coefficient.pow(n),
    t.powers.map(({ atom, exponent }) => ({ atom, exponent: exponent * n })),
  );

export const addPolynomials = (a: Polynomial, b: Polynomial): Polynomial =>
  polynomial([...a.terms, ...b.terms]);

export const mulPolynomials = (a: Polynomial, b: Polynomial): Polynomial =>
  polynomial(a.terms.flatMap((s) => b.terms.map((t) => mulTerms(s, t))));

export const scalePolynomial = (a: Polynomial, by: Term): Polynomial =>
  polynomial(a.terms.map((t) => mulTerms(t, by)));

/** The largest term that divides all terms; its coefficient is positive. */
export function contentOf({ terms }: Polynomial): Term {
  const [first, ...rest] = terms;
  if (!first) return term(Fraction.one);
  let coefficient = first.coefficient.abs();
  let exponents = new Map(first.powers.map((p) => [p.atom.key, p]));
  for (const t of rest) {
    coefficient = coefficient.commonDivisor(t.coefficient);
    const own = new Map(t.powers.map((p) => [p.atom.key, p]));
    const least = new Map<string, Power>();
    for (const key of new Set([...exponents.keys(), ...own.keys()])) {
      const [a, b] = [exponents.get(key), own.get(key)];
      const exponent = Math.min(a?.exponent ?? 0, b?.exponent ?? 0);
      if (exponent !== 0) least.set(key, { atom: (a ?? b)!.atom, exponent });
    }
    exponents = least;
  }
  return term(coefficient, [...exponents.values()]);
}

/** The polynomial without its content and with a positive first coefficient, and the term that was divided out. */
export function primitivePart(p: Polynomial): { readonly content: Term; readonly rest: Polynomial } {
  const positive = contentOf(p);
  const sign = p.terms[0]?.coefficient.isNegative ? Fraction.one.neg() : Fraction.one;
  const content = { ...positive, coefficient: positive.coefficient.mul(sign) };
  return { content, rest: scalePolynomial(p, powTerm(content, -1)) };
}

const exponentOf = (t: Term, key: string): number =>
  t.powers.find(({ atom }) => atom.key === key)?.exponent ?? 0;

/** The term that comes first in lexicographic order of the exponents. */
function leadingTerm({ terms }: Polynomial, atoms: readonly string[]): Term {
  return terms.reduce((best, t) => {
    const key = atoms.find((a) => exponentOf(best, a) !== exponentOf(t, a));
    return key !== undefined && exponentOf(t, key) > exponentOf(best, key) ? t : best;
  });
}

const atomsOf = (...all: readonly Polynomial[]): string[] =>
  [...new Set(all.flatMap(({ terms }) => terms.flatMap((t) => t.powers.map(({ atom }) => atom.key))))].sort();

/** a/b if the division leaves no remainder. `b` has no content. */
export function exactQuotient(a: Polynomial, b: Polynomial): Polynomial | undefined {
  const { content, rest } = primitivePart(a);
  const atoms = atomsOf(rest, b);
  const lead = leadingTerm(b, atoms);
  const quotient: Term[] = [];
  let remainder = rest;
  while (remainder.terms.length > 0) {
    const next = mulTerms(leadingTerm(remainder, atoms), powTerm(lead, -1));
    if (next.powers.some(({ exponent }) => exponent < 0)) return undefined;
    quotient.push(next);
    const minus = term(next.coefficient.neg(), next.powers);
    remainder = addPolynomials(remainder, scalePolynomial(b, minus));
  }
  return scalePolynomial(polynomial(quotient), content);
}
