import { Fraction } from "../algebra/fraction.ts";
import { polynomial, primitivePart, term } from "../algebra/polynomial.ts";
import { add, mul, number, ofAtom, ofTerm, rational } from "../algebra/rational.ts";
import type { Power, Rational, SumAtom, Term } from "../algebra/term.ts";

/** Sums of sums as one: Σ a − Σ b is Σ (a − b), so that a common factor can be seen. */

/** A term with the only sum in it. */
interface Summed {
  readonly t: Term;
  readonly atom: SumAtom;
  readonly others: readonly Power[];
}

function summed(t: Term): Summed | undefined {
  const sums = t.powers.flatMap(({ atom, exponent }) =>
    atom.kind === "sum" && exponent === 1 ? [atom] : [],
  );
  const [atom, second] = sums;
  return atom && !second ? { t, atom, others: t.powers.filter((p) => p.atom !== atom) } : undefined;
}

const keyOf = ({ atom, others }: Summed): string =>
  `${atom.over.map(({ name, axis }) => `${name}:${axis}`)}|${term(Fraction.one, others).key}`;

/** The terms of a sum over the same letters with the same factors before it, as one term. */
function joined(group: readonly Summed[]): Rational {
  const [first] = group as readonly [Summed, ...Summed[]];
  if (group.length === 1) return ofTerm(first.t);
  const whole = add(...group.map(({ t, atom }) => mul(number(t.coefficient), atom.body)));
  const { coefficient } = primitivePart(whole.numerator).content;
  const body = mul(number(coefficient.reciprocal()), whole);
  const { over } = first.atom;
  const atom: SumAtom = { kind: "sum", key: `Σ{${over.map((i) => i.name)}}(${body.key})`, over, body };
  return mul(ofTerm(term(coefficient, first.others)), ofAtom(atom));
}

/** An expression with such sums joined, for reading only: its numerator is no longer in normal form. */
export function collectSums(x: Rational): Rational {
  const groups = new Map<string, Summed[]>();
  const rest: Term[] = [];
  for (const t of x.numerator.terms) {
    const found = summed(t);
    if (!found) rest.push(t);
    else groups.set(keyOf(found), [...(groups.get(keyOf(found)) ?? []), found]);
  }
  const parts = [rational(polynomial(rest)), ...[...groups.values()].map(joined)];
  return { ...x, numerator: add(...parts).numerator };
}
