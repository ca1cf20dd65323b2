import { freeIndices, freeOfAtom, opOf } from "../algebra/atoms.ts";
import { Fraction } from "../algebra/fraction.ts";
import { contentOf, polynomial, powTerm, scalePolynomial, term } from "../algebra/polynomial.ts";
import { add, isZero, mul, neg, number, ofTerm, rational } from "../algebra/rational.ts";
import type { ApplyAtom, Atom, Index, Polynomial, Power, Rational, Term } from "../algebra/term.ts";
import {
  applied,
  diagonal,
  has,
  isStructured,
  negated,
  numeral,
  power,
  product,
  quotient,
  sameSet,
  sum,
  weightOf,
} from "./build.ts";
import { collectSums } from "./collect.ts";
import { network } from "./network.ts";
import type { Notation } from "./notation.ts";
import { completedSquares } from "./squares.ts";

/** The notation of each kind of atom. */
const atoms: { readonly [K in Atom["kind"]]: (atom: Extract<Atom, { kind: K }>) => Notation } = {
  symbol: ({ name, axes }) => ({ kind: "letter", name, axes }),
  opaque: ({ id, name, axes }) => ({ kind: "opaque", id, name, args: [], axes }),
  constant: ({ name }) => ({ kind: "constant", name, axes: [] }),
  size: ({ axis, size }) => ({ kind: "size", axis, size, axes: [] }),
  delta: ({ axes: [i, j] }) => diagonal(numeral(1n), i, j),
  apply: ({ op, args }) =>
    applied(
      op,
      args.map((x) => layout(x)),
    ),
  sum({ over, body }) {
    const { negative, of } = assembled(partsOf(body), over);
    return negative ? negated(of) : of;
  },
};

const notationOf = (atom: Atom): Notation => (atoms[atom.kind] as (atom: Atom) => Notation)(atom);

interface Signed {
  readonly negative: boolean;
  readonly of: Notation;
}

/** Parts of a formula: its sign, the number before it, and what is above and below its fraction bar. */
interface Parts {
  readonly negative: boolean;
  readonly scale: Notation;
  readonly top: readonly Notation[];
  readonly bottom: readonly Notation[];
}

const isScalar = ({ atom }: Power): boolean => atom.kind === "size" || atom.kind === "constant";
const isExp = ({ atom }: Power): boolean => atom.kind === "apply" && atom.op.name === "exp";

const lettersOf = (atom: Atom): string =>
  freeOfAtom(atom)
    .map(({ name }) => name)
    .sort()
    .join();

/** The exponentials of a term as one for all with the same letters. */
function exponential(powers: readonly Power[]): Notation[] {
  const groups = new Map<string, Rational[]>();
  for (const { atom, exponent } of powers.filter(isExp)) {
    const [x] = (atom as Extract<Atom, { kind: "apply" }>).args;
    const key = lettersOf(atom);
    groups.set(key, [...(groups.get(key) ?? []), mul(number(BigInt(exponent)), x!)]);
  }
  return [...groups.values()].map((args) => applied(opOf("exp", 1), [layout(add(...args))]));
}

/** A number with sizes and constants: 2/N. */
function scaleOf(coefficient: Fraction, powers: readonly Power[]): Notation {
  if (powers.length === 0) return numeral(coefficient);
  const side = (sign: 1 | -1, n: bigint) =>
    product([
      numeral(n),
      ...powers.flatMap(({ atom, exponent }) =>
        exponent * sign > 0 ? [power(notationOf(atom), Math.abs(exponent))] : [],
      ),
    ]);
  return quotient(side(1, coefficient.numerator), side(-1, coefficient.denominator));
}

const isConstant = ({ powers }: Term): boolean => powers.every(isScalar);

/** Whether a sum reads better with all its signs changed: 1 − x, not x − 1. */
function prefersOpposite(p: Polynomial): boolean {
  const lead = p.terms.find(isConstant);
  if (lead) return lead.coefficient.isNegative;
  const { squares, rest } = completedSquares(p);
  return [...rest.terms, ...squares].every(({ coefficient }) => coefficient.isNegative);
}

/** The terms of a sum, positive ones first, constants before others. */
function sumOfTerms(p: Polynomial): Notation {
  const { squares, rest } = completedSquares(p);
  const found = squares.map(({ coefficient, base }) => {
    const square = power(sumOfTerms(base), 2);
    return { negative: coefficient.isNegative, of: scaled(numeral(coefficient.abs()), square) };
  });
  const rank = (t: Term) => (isConstant(t) ? 0 : 1);
  const others = [...rest.terms]
    .sort((a, b) => rank(a) - rank(b))
    .map((t) => ({
      negative: t.coefficient.isNegative,
      of: layout(ofTerm({ ...t, coefficient: t.coefficient.abs() })),
    }));
  return sum([...others, ...found].sort((a, b) => Number(a.negative) - Number(b.negative)));
}

/** A Σ of several terms, or the sign of such, among factors, with the opposite sign. */
function withOppositeSum(powers: readonly Power[]): readonly Power[] | undefined {
  for (const found of powers) {
    const { atom, exponent } = found;
    if (exponent !== 1) continue;
    const body =
      atom.kind === "sum"
        ? atom.body
        : atom.kind === "apply" && atom.op.name === "sign"
          ? atom.args[0]!
          : undefined;
    if (!body || body.numerator.terms.length < 2) continue;
    const key = `${atom.key}−`;
    const opposite: Atom =
      atom.kind === "sum"
        ? { ...atom, body: neg(body), key }
        : { ...(atom as ApplyAtom), args: [neg(body)], key };
    return powers.map((p) => (p === found ? { atom: opposite, exponent } : p));
  }
  return undefined;
}

/** Letters come before functions of letters, and those before sums. */
const order: readonly Atom["kind"][] = ["constant", "size", "symbol", "opaque", "delta", "apply", "sum"];

function partsOf(x: Rational): Parts {
  const { numerator, denominator } = collectSums(x);
  const hasDelta = numerator.terms.some((t) => t.powers.some(({ atom }) => atom.kind === "delta"));
  const whole = contentOf(numerator);
  const content = hasDelta && numerator.terms.length > 1 ? term(whole.coefficient) : whole;
  const rest = scalePolynomial(numerator, powTerm(content, -1));
  let negative = rest.terms.length === 1 && rest.terms[0]!.coefficient.isNegative;
  const orient = (p: Polynomial) => {
    if (!prefersOpposite(p)) return p;
    negative = !negative;
    return scalePolynomial(p, term(Fraction.one.neg()));
  };
  const above = rest.terms.length > 1 ? [sumOfTerms(orient(rest))] : [];
  const below = denominator.map(({ polynomial: p, power: n }) =>
    power(sumOfTerms(n % 2 === 0 ? p : orient(p)), n),
  );
  const turned = negative ? withOppositeSum(content.powers) : undefined;
  if (turned) negative = false;
  const powersOf = (direction: 1 | -1) =>
    (turned ?? content.powers)
      .filter((p) => !isScalar(p) && !isExp(p) && p.exponent * direction > 0)
      .sort((a, b) => order.indexOf(a.atom.kind) - order.indexOf(b.atom.kind))
      .map(({ atom, exponent }) => power(notationOf(atom), Math.abs(exponent)));
  return {
    negative,
    scale: scaleOf(content.coefficient, content.powers.filter(isScalar)),
    top: [...powersOf(1), ...exponential(content.powers), ...above],
    bottom: [...powersOf(-1), ...below],
  };
}

/** Parts with those below the fraction bar under the parts above it with the same letters, or one with all of them. */
function divided(top: readonly Notation[], bottom: readonly Notation[]): Notation[] {
  if (bottom.length === 0) return [...top];
  const below = product(bottom);
  const plain: readonly Notation[] = top.filter(({ kind }) => kind !== "diagonal");
  const same = plain.filter((p) => sameSet(p.axes, below.axes));
  const wider = plain.filter((p) => below.axes.every((i) => has(p.axes, i))).slice(0, 1);
  const over = same.length > 0 ? same : wider;
  return [...top.filter((p) => !over.includes(p)), quotient(product(over), below)];
}

/** A fraction joins the fraction that it scales. */
function scaled(scale: Notation, x: Notation): Notation {
  if (scale.kind !== "number" || scale.value.isInteger || scale.value.isDecimal) {
    if (x.kind !== "quotient" || scale.kind !== "number") return product([scale, x]);
    return quotient(product([scale, x.top]), x.bottom);
  }
  const [above, below] = [numeral(scale.value.numerator), numeral(scale.value.denominator)];
  if (x.kind === "quotient") return quotient(product([above, x.top]), product([below, x.bottom]));
  return isStructured(x) ? product([scale, x]) : quotient(product([above, x]), below);
}

function assembled(parts: Parts, over: readonly Index[], out?: readonly Index[]): Signed {
  const of = scaled(parts.scale, network(divided(parts.top, parts.bottom), over, out));
  return { negative: parts.negative, of };
}

/** The powers of a term that may stand before or below a part of a sum of their own. */
const signatureOf = (t: Term, counts: (p: Power) => boolean): string =>
  t.powers
    .filter(counts)
    .map(({ atom, exponent }) => `${atom.key}^${exponent}`)
    .join();

/** A numerator in groups of terms with the same such powers; the groups with sizes first. */
function grouped({ numerator }: Rational, counts: (p: Power) => boolean): Rational[] {
  const groups = new Map<string, Term[]>();
  for (const t of numerator.terms) {
    const signature = signatureOf(t, counts);
    groups.set(signature, [...(groups.get(signature) ?? []), t]);
  }
  const rank = ([signature]: readonly [string, unknown]) => (signature.includes("|") ? 0 : 1);
  return [...groups].sort((a, b) => rank(a) - rank(b)).map(([, terms]) => rational(polynomial(terms)));
}

const sumOf = (groups: readonly Rational[], out?: readonly Index[]): Signed => {
  const parts = groups.map((g) => signed(g, out));
  return { negative: false, of: sum(parts.sort((a, b) => Number(a.negative) - Number(b.negative))) };
};

/** A formula and the sign before it. A sum whose terms have different denominators may read better as that sum. */
export function signed(x: Rational, out?: readonly Index[]): Signed {
  const whole = () =>
    assembled(
      partsOf(x),
      [],
      out?.filter((i) => has(freeIndices(x), i)),
    );
  if (x.denominator.length > 0) return whole();
  const bySize = grouped(x, ({ atom }) => atom.kind === "size");
  if (bySize.length > 1) return sumOf(bySize, out);
  const byDenominator = grouped(x, (p) => p.exponent < 0 && !isExp(p));
  if (byDenominator.length === 1) return whole();
  const [one, several] = [whole(), sumOf(byDenominator, out)];
  return weightOf(several.of) <= weightOf(one.of) + 4 ? several : one;
}

/** An expression as notation, with the axes `out` in this order if they are given. */
export function layout(x: Rational, out?: readonly Index[]): Notation {
  if (isZero(x)) return numeral(0n);
  const { negative, of } = signed(x, out);
  return negative ? negated(of) : of;
}

/** A product of expressions summed over letters, as it is before anything cancels. */
export function layoutProduct(
  factors: readonly Rational[],
  over: readonly Index[],
  out: readonly Index[],
): Notation {
  const all = factors.map(partsOf);
  const scales = all.map(({ scale }) => scale);
  const bodies = all.map(({ top, bottom }) => network(divided(top, bottom), []));
  const of = product([...scales, network(bodies, over, out)]);
  return all.filter(({ negative }) => negative).length % 2 === 1 ? negated(of) : of;
}
