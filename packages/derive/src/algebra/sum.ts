import { atomsOf, delta, freeIndices, freeOfAtom, opaque, sizeAtom, symbol } from "./atoms.ts";
import { Fraction } from "./fraction.ts";
import { apply } from "./functions.ts";
import { contentOf, polynomial, powTerm, scalePolynomial, term } from "./polynomial.ts";
import { add, asTerm, isZero, mul, ofAtom, ofTerm, rational } from "./rational.ts";
import { rewriteAtoms } from "./rewrite.ts";
import type { Atom, Factor, Index, Power, Rational, SumAtom, Term } from "./term.ts";

/** Letters and sums over them. */

/** Letters by the names of those that they replace. */
export type Renaming = ReadonlyMap<string, Index>;

const renamed = (axes: readonly Index[], by: Renaming): Index[] => axes.map((i) => by.get(i.name) ?? i);

const renameAtom: {
  readonly [K in Atom["kind"]]: (atom: Extract<Atom, { kind: K }>, by: Renaming) => Rational;
} = {
  symbol: ({ name, axes }, by) => symbol(name, renamed(axes, by)),
  opaque: (atom, by) => opaque(atom, renamed(atom.axes, by)),
  delta: ({ axes: [i, j] }, by) => delta(by.get(i.name) ?? i, by.get(j.name) ?? j),
  apply: ({ op, args }, by) =>
    apply(
      op,
      args.map((x) => rename(x, by)),
    ),
  sum: (atom, by) => insideSum(atom, (body) => rename(body, by)),
  constant: (atom) => ofAtom(atom),
  size: (atom) => ofAtom(atom),
};

/** An expression with other free letters. */
export function rename(x: Rational, by: Renaming): Rational {
  return rewriteAtoms(x, (atom) =>
    freeOfAtom(atom).some(({ name }) => by.has(name))
      ? (renameAtom[atom.kind] as (atom: Atom, by: Renaming) => Rational)(atom, by)
      : undefined,
  );
}

let count = 0;

/** Letters that occur nowhere else, for the same axes. */
export const freshIndices = (axes: readonly Index[]): Index[] =>
  axes.map((i) => ({ ...i, name: `i${count++}` }));

export const renaming = (from: readonly Index[], to: readonly Index[]): Renaming =>
  new Map(from.map((i, k) => [i.name, to[k]!]));

/** A sum with its body replaced, while its letters are ones that occur nowhere else. */
export function insideSum({ over, body }: SumAtom, f: (body: Rational) => Rational): Rational {
  const fresh = freshIndices(over);
  return sumOver(f(opened(body, over, fresh)), fresh);
}

/** A body with its bound letters replaced. */
const opened = (body: Rational, over: readonly Index[], by: readonly Index[]): Rational =>
  rename(body, renaming(over, by));

const permutations = <T>(list: readonly T[]): T[][] =>
  list.length <= 1
    ? [[...list]]
    : list.flatMap((x, k) => permutations(list.filter((_, i) => i !== k)).map((rest) => [x, ...rest]));

/** How deep sums are nested in an expression. */
const depthOf = (x: Rational): number => Math.max(0, ...atomsOf(x).map(depthOfAtom));
const depthOfAtom = (atom: Atom): number =>
  atom.kind === "sum"
    ? Math.max(...atom.over.map(({ name }) => Number(name.slice(1))))
    : atom.kind === "apply"
      ? Math.max(...atom.args.map(depthOf))
      : 0;

/** Σ of a body that depends on all letters, with bound letters that do not depend on what they were called. */
function sumAtom(body: Rational, over: readonly Index[]): Rational {
  const depth = depthOf(body);
  // Of more letters there are too many orders to try; equal sums may then have different keys.
  const orders = over.length <= 5 ? permutations(over) : [over];
  const candidates = orders.map((order): SumAtom => {
    const bound = order.map((i, k) => ({ ...i, name: `_${depth + k + 1}` }));
    const inner = rename(body, renaming(order, bound));
    return { kind: "sum", key: `Σ{${bound.map((i) => i.name)}}(${inner.key})`, over: bound, body: inner };
  });
  return ofAtom(candidates.reduce((a, b) => (b.key < a.key ? b : a)));
}

const touches = (axes: readonly Index[], over: readonly Index[]): boolean =>
  axes.some((i) => over.some(({ name }) => name === i.name));

/** Inner sums over terms become part of the outer sum. */
function flattened(
  t: Term,
  over: readonly Index[],
): { readonly term: Term; readonly over: readonly Index[] } {
  for (const { atom, exponent } of t.powers) {
    if (atom.kind !== "sum" || exponent !== 1 || !touches(freeOfAtom(atom), over)) continue;
    const fresh = freshIndices(atom.over);
    const inner = asTerm(rename(atom.body, renaming(atom.over, fresh)));
    if (!inner) continue;
    const rest = t.powers.filter((p) => p.atom !== atom);
    return flattened(term(t.coefficient.mul(inner.coefficient), [...rest, ...inner.powers]), [
      ...over,
      ...fresh,
    ]);
  }
  return { term: t, over };
}

/** Powers that bound letters connect. */
function components(powers: readonly Power[], over: readonly Index[]): Power[][] {
  const groups: Power[][] = [];
  const bound = (group: readonly Power[]) =>
    group.flatMap(({ atom }) => freeOfAtom(atom)).filter((i) => touches([i], over));
  for (const p of powers) {
    const meets = groups.filter((group) => touches(bound(group), bound([p])));
    for (const group of meets) groups.splice(groups.indexOf(group), 1);
    groups.push([...meets.flat(), p]);
  }
  return groups;
}

function sumOfTerm(t: Term, bound: readonly Index[]): Rational {
  const { term: flat, over } = flattened(t, bound);
  const inside = flat.powers.filter(({ atom }) => touches(freeOfAtom(atom), over));
  const outside = flat.powers.filter((p) => !inside.includes(p));
  const used = inside.flatMap(({ atom }) => freeOfAtom(atom));
  const sizes = over.filter((i) => !touches([i], used)).map((i) => ofAtom(sizeAtom(i)));
  const sums = components(inside, over).map((powers) => {
    const own = powers.flatMap(({ atom }) => freeOfAtom(atom));
    return sumAtom(
      ofTerm(term(Fraction.one, powers)),
      over.filter((i) => touches([i], own)),
    );
  });
  return mul(ofTerm(term(flat.coefficient, outside)), ...sizes, ...sums);
}

/** A sum of quotients whose denominator depends on the letters. */
function sumOfQuotient(x: Rational, over: readonly Index[]): Rational {
  const isBound = ({ polynomial: p }: Factor) => touches(freeIndices(rational(p)), over);
  const content = contentOf(x.numerator);
  const outside = term(
    content.coefficient,
    content.powers.filter(({ atom }) => !touches(freeOfAtom(atom), over)),
  );
  const body = rational(scalePolynomial(x.numerator, powTerm(outside, -1)), x.denominator.filter(isBound));
  const rest = rational(
    polynomial([outside]),
    x.denominator.filter((f) => !isBound(f)),
  );
  const used = over.filter((i) => touches([i], freeIndices(body)));
  const sizes = over.filter((i) => !used.includes(i)).map((i) => ofAtom(sizeAtom(i)));
  return mul(rest, ...sizes, sumAtom(body, used));
}

/** The letter that a δ of the term makes another, with the term without the δ. */
function resolvedDelta(t: Term, over: readonly Index[]) {
  for (const p of t.powers) {
    if (p.atom.kind !== "delta") continue;
    const [i, j] = p.atom.axes;
    const gone = [i, j].find((axis) => touches([axis], over));
    if (!gone) continue;
    const rest = t.powers.filter((other) => other !== p);
    return { gone, kept: gone === i ? j : i, rest: term(t.coefficient, rest) };
  }
  return undefined;
}

/** Σ x over letters: δ is resolved, factors that do not depend on the letters are taken out, and sums of sums joined. */
export function sumOver(x: Rational, over: readonly Index[]): Rational {
  if (over.length === 0 || isZero(x)) return x;
  const below = rational(polynomial([term(Fraction.one)]), x.denominator);
  const plain: Term[] = [];
  const parts: Rational[] = [];
  for (const t of x.numerator.terms) {
    const found = resolvedDelta(t, over);
    if (!found) plain.push(t);
    else {
      const whole = rename(mul(ofTerm(found.rest), below), new Map([[found.gone.name, found.kept]]));
      parts.push(
        sumOver(
          whole,
          over.filter((i) => i.name !== found.gone.name),
        ),
      );
    }
  }
  if (plain.length > 0) {
    const rest = mul(rational(polynomial(plain)), below);
    if (touches(freeIndices(below), over)) parts.push(sumOfQuotient(rest, over));
    else parts.push(mul(below, add(...plain.map((t) => sumOfTerm(t, over)))));
  }
  return add(...parts);
}
