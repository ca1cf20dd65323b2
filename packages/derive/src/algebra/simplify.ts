import { atomsOf, freeIndices, freeOfAtom, symbol } from "./atoms.ts";
import { apply } from "./functions.ts";
import { polynomial, term } from "./polynomial.ts";
import { add, asTerm, div, mul, number, ofAtom, ofTerm, one, pow, rational, sub } from "./rational.ts";
import { rewriteAtoms } from "./rewrite.ts";
import { insideSum, type Renaming, rename, renaming } from "./sum.ts";
import type { Atom, Index, Polynomial, Power, Rational, Term } from "./term.ts";

/** A named tensor and what it is made of. */
export interface Definition {
  readonly name: string;
  readonly letters: readonly Index[];
  readonly value: Rational;
}

/** A definition solved for one of the atoms in it: a = solution. */
interface Solved {
  readonly atom: Atom;
  readonly letters: readonly Index[];
  readonly solution: Rational;
}

const exponentIn = (t: Term, atom: Atom): number =>
  t.powers.find((p) => p.atom.key === atom.key)?.exponent ?? 0;

/** p = p₁·a + p₀ for an atom a of degree 1. */
function linearParts(p: Polynomial, a: Atom): readonly [Rational, Rational] | undefined {
  const [linear, rest]: [Term[], Term[]] = [[], []];
  for (const t of p.terms) {
    const exponent = exponentIn(t, a);
    if (exponent === 0) rest.push(t);
    else if (exponent === 1)
      linear.push(
        term(
          t.coefficient,
          t.powers.filter(({ atom }) => atom.key !== a.key),
        ),
      );
    else return undefined;
  }
  return [rational(polynomial(linear)), rational(polynomial(rest))];
}

/** v = (p₁a + p₀)/(q₁a + q₀) solved for a. */
function solvedFor(atom: Atom, { name, letters, value }: Definition): Solved | undefined {
  const [factor, second] = value.denominator;
  if (second || (factor && factor.power > 1)) return undefined;
  const top = linearParts(value.numerator, atom);
  const bottom = factor ? linearParts(factor.polynomial, atom) : ([number(0n), one] as const);
  if (!top || !bottom) return undefined;
  const v = symbol(name, letters);
  const below = sub(mul(v, bottom[0]), top[0]);
  const solution = div(sub(top[1], mul(v, bottom[1])), below);
  const own = freeOfAtom(atom);
  return letters.every((i) => own.some((j) => j.name === i.name)) ? { atom, letters, solution } : undefined;
}

/** The definition solved for each function or sum in it. */
export const solve = (d: Definition): Solved[] =>
  atomsOf(d.value).flatMap((atom) => {
    const isComposite = atom.kind === "apply" || atom.kind === "sum";
    return (isComposite ? solvedFor(atom, d) : undefined) ?? [];
  });

const permutations = <T>(list: readonly T[]): T[][] =>
  list.length === 0
    ? [[]]
    : list.flatMap((x, k) => permutations(list.filter((_, i) => i !== k)).map((rest) => [x, ...rest]));

/** The solution at the letters of an equal atom. */
function solutionFor(found: Atom, { atom, solution }: Solved): Rational | undefined {
  const [from, to] = [freeIndices(ofAtom(atom)), freeIndices(ofAtom(found))];
  if (found.kind !== atom.kind || from.length !== to.length) return undefined;
  for (const order of permutations(to)) {
    const by = renaming(from, order);
    if (rename(ofAtom(atom), by).key === ofAtom(found).key) return rename(solution, by);
  }
  return undefined;
}

/** An expression with atoms replaced, also in sums and in arguments of functions. */
export function rewriteDeep(x: Rational, f: (atom: Atom) => Rational | undefined): Rational {
  return rewriteAtoms(x, (atom) => {
    const replaced = f(atom);
    if (replaced) return replaced;
    if (atom.kind === "sum") return insideSum(atom, (body) => rewriteDeep(body, f));
    if (atom.kind === "apply")
      return apply(
        atom.op,
        atom.args.map((e) => rewriteDeep(e, f)),
      );
    return undefined;
  });
}

/** An expression with a solved definition put in. */
export const substitute = (x: Rational, solved: Solved): Rational =>
  rewriteDeep(x, (atom) => solutionFor(atom, solved));

/** Powers of a term that a product of atoms is a part of, at the letters of the term. */
function matchOf(t: Term, pattern: Term): { readonly by: Renaming; readonly exponent: number } | undefined {
  const [first, ...others] = pattern.powers;
  for (const p of t.powers) {
    if (!first || p.atom.kind !== first.atom.kind || p.exponent % first.exponent !== 0) continue;
    const exponent = p.exponent / first.exponent;
    const letters = freeIndices(ofAtom(first.atom));
    for (const order of permutations(freeIndices(ofAtom(p.atom)))) {
      if (order.length !== letters.length) continue;
      const by = renaming(letters, order);
      const at = (atom: Atom) => rename(ofAtom(atom), by).key;
      const hasPower = (key: string, e: number) =>
        t.powers.some((q) => ofAtom(q.atom).key === key && q.exponent / (e * exponent) >= 1);
      if (at(first.atom) === ofAtom(p.atom).key && others.every((q) => hasPower(at(q.atom), q.exponent)))
        return { by, exponent };
    }
  }
  return undefined;
}

/** A definition that is a product, with the factor that depends on all its letters first. */
function productOf({ value, letters }: Definition): Term | undefined {
  const t = asTerm(value);
  if (!t || t.powers.length < 2) return undefined;
  const covers = ({ atom }: Power) => letters.every((i) => freeOfAtom(atom).some((j) => j.name === i.name));
  const first = t.powers.find((p) => covers(p) && p.atom.kind !== "symbol");
  return first && { ...t, powers: [first, ...t.powers.filter((p) => p !== first)] };
}

/** The terms of an expression with a product that has a name replaced by the name. */
export function substituteProduct(x: Rational, definition: Definition): Rational {
  const pattern = productOf(definition);
  if (!pattern) return x;
  const replace = (t: Term): Rational => {
    const match = matchOf(t, pattern);
    if (!match) return ofTerm(t);
    const name = symbol(
      definition.name,
      definition.letters.map((i) => match.by.get(i.name) ?? i),
    );
    const product = rename(ofTerm(pattern), match.by);
    return mul(ofTerm(t), pow(div(name, product), match.exponent));
  };
  const top = add(...x.numerator.terms.map(replace));
  const value = mul(top, rational(one.numerator, x.denominator));
  return value.key === x.key ? x : substituteProduct(value, definition);
}
