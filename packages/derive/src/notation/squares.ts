import type { Fraction } from "../algebra/fraction.ts";
import { Fraction as Exact } from "../algebra/fraction.ts";
import { addPolynomials, mulPolynomials, polynomial, scalePolynomial, term } from "../algebra/polynomial.ts";
import type { Polynomial, Term } from "../algebra/term.ts";

/** c·(u ± v)² in a sum. */
interface Square {
  readonly coefficient: Fraction;
  readonly base: Polynomial;
}

/** The square root of the powers of a term. */
function rootOf({ powers }: Term): Term | undefined {
  if (powers.length === 0 || powers.some(({ exponent }) => exponent % 2 !== 0)) return undefined;
  return term(
    Exact.one,
    powers.map(({ atom, exponent }) => ({ atom, exponent: exponent / 2 })),
  );
}

/** c·(u − v)² or c·(u + v)² if both squares and twice the product are among the terms. */
function squareOf(
  p: Polynomial,
  a: Term,
  b: Term,
): { readonly square: Square; readonly rest: Polynomial } | undefined {
  const [u, v] = [rootOf(a), rootOf(b)];
  if (!u || !v || a === b || a.coefficient.toString() !== b.coefficient.toString()) return undefined;
  for (const sign of [Exact.one.neg(), Exact.one]) {
    const base = polynomial([u, { ...v, coefficient: sign }]);
    const square = scalePolynomial(mulPolynomials(base, base), term(a.coefficient.neg()));
    const rest = addPolynomials(p, square);
    if (rest.terms.length === p.terms.length - 3)
      return { square: { coefficient: a.coefficient, base }, rest };
  }
  return undefined;
}

/** A sum with the squares of differences and sums in it completed. */
export function completedSquares(p: Polynomial): {
  readonly squares: readonly Square[];
  readonly rest: Polynomial;
} {
  for (const a of p.terms)
    for (const b of p.terms) {
      const found = squareOf(p, a, b);
      if (!found) continue;
      const more = completedSquares(found.rest);
      return { squares: [found.square, ...more.squares], rest: more.rest };
    }
  return { squares: [], rest: p };
}
