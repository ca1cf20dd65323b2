import { argument, fail } from "@chainrule/core/internal";
import { applyAtom, delta } from "./atoms.ts";
import { exact, interpret } from "./formula.ts";
import { term } from "./polynomial.ts";
import { add, div, isZero, mul, neg, number, ofTerm, one, rational, zero } from "./rational.ts";
import { insideSum } from "./sum.ts";
import type { Atom, Index, Polynomial, Rational } from "./term.ts";

/** The partial derivatives of an atom that is an op applied to expressions: those that the row states. */
export function partialsOf(atom: Extract<Atom, { kind: "apply" }>): Rational[] {
  const { op, args } = atom;
  const formulas = op.partials?.(
    argument(args.length, "y"),
    args.map((_, i) => argument(i)),
  );
  return (formulas ?? []).map((f) => interpret(exact, f, [...args, applyAtom(op, args)]));
}

const derivatives: {
  readonly [K in Atom["kind"]]: (
    atom: Extract<Atom, { kind: K }>,
    by: string,
    at: readonly Index[],
  ) => Rational;
} = {
  symbol: ({ name, axes }, by, at) =>
    name === by ? mul(number(1n), ...axes.map((i, k) => delta(i, at[k]!))) : zero,
  apply(atom, by, at) {
    const inner = atom.args.map((x) => differentiate(x, by, at));
    const partials = inner.some((d) => !isZero(d)) ? partialsOf(atom) : [];
    return add(...inner.map((d, i) => mul(partials[i] ?? zero, d)));
  },
  sum: (atom, by, at) => insideSum(atom, (body) => differentiate(body, by, at)),
  delta: () => zero,
  constant: () => zero,
  size: () => zero,
  opaque: ({ name, depends }, by) =>
    depends.includes(by) ? fail("gradient", "derive", `${name} is not an op that the algebra knows`) : zero,
};

const ofPolynomial = ({ terms }: Polynomial, by: string, at: readonly Index[]): Rational =>
  add(
    ...terms.flatMap((t) =>
      t.powers.map(({ atom, exponent }) => {
        const d = (derivatives[atom.kind] as (a: Atom, by: string, at: readonly Index[]) => Rational)(
          atom,
          by,
          at,
        );
        const rest = t.powers.flatMap((p) => (p.atom === atom ? { atom, exponent: exponent - 1 } : p));
        return mul(number(BigInt(exponent)), ofTerm(term(t.coefficient, rest)), d);
      }),
    ),
  );

/** ∂x/∂by at the letters `at`: sum, product and chain rule. */
export function differentiate(x: Rational, by: string, at: readonly Index[]): Rational {
  const below = rational(one.numerator, x.denominator);
  const top = mul(ofPolynomial(x.numerator, by, at), below);
  const others = x.denominator.map(({ polynomial: p, power }) =>
    div(mul(number(BigInt(power)), ofPolynomial(p, by, at)), rational(p)),
  );
  return add(top, neg(mul(x, add(...others))));
}
