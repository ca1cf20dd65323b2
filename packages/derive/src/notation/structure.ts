import type { Elementwise } from "@chainrule/core/internal";
import { opOf } from "../algebra/atoms.ts";
import { isTransparent, type TensorAlgebra } from "../algebra/formula.ts";
import { exactNumber } from "../algebra/numbers.ts";
import { asTerm } from "../algebra/rational.ts";
import {
  applied,
  children,
  matmul,
  negated,
  numeral,
  power,
  product,
  quotient,
  sum,
  total,
  transpose,
} from "./build.ts";
import { layout } from "./layout.ts";
import { network } from "./network.ts";
import type { Notation } from "./notation.ts";

/** Graphs as notation that keeps their structure: definitions as they were written. */

type Textbook = (...x: readonly Notation[]) => Notation;

const one = numeral(1n);
const minus = (x: Notation, y: Notation): Notation => notation.sub(x, y);
const times = (...x: readonly Notation[]): Notation => product(x);
const ln = (x: Notation): Notation => applied(opOf("log", 1), [x]);

/** Losses and functions that are stable formulas in code, as textbooks write them. */
const textbook: Readonly<Record<string, Textbook>> = {
  binaryCrossEntropy: (p, y) =>
    negated(notation.add(times(y!, ln(p!)), times(minus(one, y!), ln(minus(one, p!))))),
  logSigmoid: (x) => ln(applied(opOf("sigmoid", 1), [x!])),
};

/** Rows whose formula only says how they are computed. */
const isNamed = (op: Elementwise): boolean => op.name in textbook;

const isMinusOne = (x: Notation): boolean => x.kind === "number" && x.value.neg().isOne;

interface Signed {
  readonly negative: boolean;
  readonly of: Notation;
}

/** ± terms of a formula. */
const termsOf = (x: Notation) => (x.kind === "sum" ? x.terms : [{ negative: false, of: x }]);

/** Terms with positive ones first, and numbers before others. */
const inOrder = (terms: readonly Signed[]): Signed[] => {
  const rank = ({ negative, of }: Signed) => (negative ? 2 : 0) + (of.kind === "number" ? 0 : 1);
  return terms[0]?.negative ? [...terms].sort((a, b) => rank(a) - rank(b)) : swapped(terms);
};

/** x + 1 as 1 + x. */
const swapped = (terms: readonly Signed[]): Signed[] => {
  const [first, second] = terms;
  const isNumberLast = terms.length === 2 && second!.of.kind === "number" && !second!.negative;
  return isNumberLast ? [second!, first!] : [...terms];
};

/** A formula without the sign before it. */
const unsigned = (x: Notation): Signed =>
  x.kind === "sum" && x.terms.length === 1 ? x.terms[0]! : { negative: false, of: x };

/** Whether two formulas are the same. */
const isSame = (x: Notation, y: Notation): boolean =>
  x === y ||
  (x.kind === y.kind &&
    (x.kind !== "letter" || x.name === (y as typeof x).name) &&
    (x.kind !== "apply" || x.op === (y as typeof x).op) &&
    x.kind !== "number" &&
    x.kind !== "sum" &&
    children(x).length > 0 === children(y).length > 0 &&
    children(x).every((part, i) => isSame(part, children(y)[i]!)));

export const notation: TensorAlgebra<Notation> = {
  number(x) {
    const value = exactNumber(x);
    return asTerm(value)?.powers.length === 0 ? numeral(asTerm(value)!.coefficient) : layout(value);
  },
  add: (x, y) => sum(inOrder([...termsOf(x), ...termsOf(y)])),
  sub: (x, y) => sum(inOrder([...termsOf(x), ...termsOf(y).map((t) => ({ ...t, negative: !t.negative }))])),
  mul(x, y) {
    if (isMinusOne(x)) return notation.neg(y);
    if (isMinusOne(y)) return notation.neg(x);
    if (isSame(x, y)) return power(x, 2);
    const [a, b] = [unsigned(x), unsigned(y)];
    const isBefore = b.of.axes.length === 0 && (b.of.kind === "number" || b.of.kind === "letter");
    const of = isBefore && a.of.kind !== "number" ? product([b.of, a.of]) : product([a.of, b.of]);
    return a.negative === b.negative ? of : negated(of);
  },
  div(x, y) {
    const { negative, of } = unsigned(x);
    const ratio = isCount(y) ? product([quotient(one, y), of]) : quotient(of, y);
    return negative ? negated(ratio) : ratio;
  },
  neg(x) {
    const { negative, of } = unsigned(x);
    return negative ? of : negated(of);
  },
  apply: (op, args) => (isNamed(op) ? textbook[op.name]!(...args) : applied(op, args)),
  symbol: (name, axes) => ({ kind: "letter", name, axes }),
  opaque: ({ id, name }, axes, args) => ({ kind: "opaque", id, name, args: args(), axes }),
  count: (axes) => product(axes.map((i) => ({ kind: "size", axis: i.axis, size: i.size, axes: [] }))),
  sum(x, over) {
    const { negative, of } = unsigned(x);
    const whole = over.length === 0 ? of : total(of, over);
    return negative ? negated(whole) : whole;
  },
  contract(a, b, over, out) {
    const whole = network([a, b], over, out);
    return whole.kind === "inner" && whole.a.axes.length === 1 ? matmul(transpose(a), b) : whole;
  },
  isWrittenOut: (op, formula) => !isNamed(op) && isTransparent(formula),
  seesThroughRules: false,
};

/** Whether a number of elements, or a product of such. */
const isCount = (x: Notation): boolean =>
  x.kind === "size" || (x.kind === "product" && x.factors.every(isCount));
