import { add, mul, number, ofAtom, pow } from "./rational.ts";
import type { Atom, Polynomial, Rational } from "./term.ts";

/** An expression in place of an atom; undefined leaves the atom. */
export type AtomRewriter = (atom: Atom) => Rational | undefined;

function rewritePolynomial({ terms }: Polynomial, f: AtomRewriter): Rational {
  return add(
    ...terms.map(({ coefficient, powers }) =>
      mul(
        number(coefficient),
        ...powers.map(({ atom, exponent }) => {
          const replaced = f(atom);
          return replaced ? pow(replaced, exponent) : ofAtom(atom, exponent);
        }),
      ),
    ),
  );
}

/** An expression with its outer atoms replaced. */
export function rewriteAtoms(x: Rational, f: AtomRewriter): Rational {
  const top = rewritePolynomial(x.numerator, f);
  return x.denominator.reduce(
    (quotient, { polynomial, power }) => mul(quotient, pow(rewritePolynomial(polynomial, f), -power)),
    top,
  );
}

/** Whether an atom satisfies a condition, or one that it is made of does. */
export function someAtom(x: Rational, holds: (atom: Atom) => boolean): boolean {
  const inside = (atom: Atom): readonly Rational[] =>
    atom.kind === "apply" ? atom.args : atom.kind === "sum" ? [atom.body] : [];
  const all = [x.numerator, ...x.denominator.map(({ polynomial }) => polynomial)];
  return all.some(({ terms }) =>
    terms.some(({ powers }) =>
      powers.some(({ atom }) => holds(atom) || inside(atom).some((e) => someAtom(e, holds))),
    ),
  );
}
