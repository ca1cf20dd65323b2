/** Compositions of elementwise ops of a variable: those of textbooks, and all of two rows and many of three. */
import { type Call, calls, type OpName, type Term, variable } from "../packages/core/src/rewrites/pattern.ts";

const c = calls;
const x = variable("x");
const oneMinus = (g: Term): Call => c.sub(1, g);

/** Compositions that people write. */
export const textbook: readonly Call[] = [
  c.log(oneMinus(c.square(c.tanh(x)))),
  c.log(c.sinh(x)),
  c.log(c.cosh(x)),
  c.log(c.tanh(x)),
  c.log(c.expm1(x)),
  c.log(c.neg(c.expm1(x))),
  c.log(c.softplus(x)),
  c.log(c.erfc(x)),
  c.log(c.mul(0.5, c.erfc(c.mul(-Math.SQRT1_2, x)))),
  c.log(c.mul(0.5, c.add(1, c.erf(c.mul(Math.SQRT1_2, x))))),
  c.sub(c.sqrt(c.add(1, c.square(x))), x),
  c.sub(c.sqrt(c.add(1, x)), c.sqrt(x)),
  c.sub(c.sqrt(c.add(1, c.square(x))), 1),
  oneMinus(c.sqrt(oneMinus(c.square(x)))),
  oneMinus(c.sqrt(oneMinus(x))),
  c.sqrt(oneMinus(c.square(x))),
  c.sqrt(oneMinus(c.square(c.tanh(x)))),
  c.sqrt(c.sub(c.square(x), 1)),
  c.sqrt(c.add(1, c.square(x))),
  c.log(c.add(x, c.sqrt(c.add(1, c.square(x))))),
  c.log(c.add(x, c.sqrt(c.sub(c.square(x), 1)))),
  c.sub(c.log(c.add(1, x)), c.log(oneMinus(x))),
  c.sub(c.log1p(x), c.log1p(c.neg(x))),
  c.log(c.div(c.add(1, x), oneMinus(x))),
  c.log(c.div(x, oneMinus(x))),
  c.sub(c.log(x), c.log(oneMinus(x))),
  c.sub(c.log(x), c.log1p(c.neg(x))),
  c.log(c.div(oneMinus(x), x)),
  c.log(c.sub(c.reciprocal(x), 1)),
  c.sub(x, c.log1p(x)),
  c.sub(c.sub(c.exp(x), 1), x),
  c.pow(c.add(1, c.reciprocal(x)), x),
  c.sub(c.reciprocal(oneMinus(c.exp(c.neg(x)))), c.reciprocal(x)),
  c.div(c.tanh(x), x),
  c.div(c.sin(x), x),
  c.div(c.expm1(x), x),
  c.div(c.sub(c.exp(x), 1), x),
  c.div(oneMinus(c.exp(c.neg(x))), x),
  c.div(c.log1p(x), x),
  c.div(oneMinus(c.cos(x)), x),
  c.div(oneMinus(c.cos(x)), c.square(x)),
  c.div(oneMinus(c.cos(x)), c.sin(x)),
  c.div(x, c.sub(c.exp(x), 1)),
  c.sub(c.reciprocal(c.tanh(x)), c.reciprocal(x)),
  c.reciprocal(c.cosh(x)),
  c.square(c.reciprocal(c.cosh(x))),
  c.exp(c.logSigmoid(x)),
  c.exp(c.neg(c.softplus(x))),
  oneMinus(c.exp(c.logSigmoid(x))),
  oneMinus(c.exp(c.neg(c.softplus(x)))),
  oneMinus(c.tanh(x)),
  c.add(1, c.tanh(x)),
  c.log(oneMinus(c.tanh(x))),
  c.log(c.add(1, c.tanh(x))),
  c.mul(0.5, c.add(1, c.tanh(c.mul(0.5, x)))),
  c.mul(c.sigmoid(x), oneMinus(c.sigmoid(x))),
  c.log(c.mul(c.sigmoid(x), oneMinus(c.sigmoid(x)))),
  c.mul(x, c.tanh(c.log(c.add(1, c.exp(x))))),
  c.mul(c.mul(0.5, x), c.add(1, c.erf(c.mul(Math.SQRT1_2, x)))),
  c.mul(x, c.log(x)),
  oneMinus(c.erf(x)),
  c.log(oneMinus(c.sigmoid(x))),
  c.log(oneMinus(c.exp(c.neg(x)))),
  c.log(oneMinus(c.exp(c.neg(c.exp(x))))),
  c.neg(c.log(c.neg(c.log(x)))),
  c.neg(c.expm1(c.neg(c.softplus(x)))),
  c.log(c.add(c.exp(x), c.exp(c.neg(x)))),
  c.log(c.sub(c.exp(x), c.exp(c.neg(x)))),
  c.log(c.add(1, c.square(x))),
  c.log1p(c.square(x)),
  c.log(oneMinus(c.square(x))),
  c.sub(c.softplus(x), Math.LN2),
  c.add(x, c.log(c.add(1, c.exp(c.mul(-2, x))))),
  c.div(c.exp(c.neg(x)), c.square(c.add(1, c.exp(c.neg(x))))),
];

const unary = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "square",
  "reciprocal",
  "sigmoid",
  "logSigmoid",
  "softplus",
  "tanh",
  "sinh",
  "cosh",
  "asinh",
  "acosh",
  "atanh",
  "sin",
  "cos",
  "atan",
  "erf",
  "erfc",
] as const satisfies readonly OpName[];
const outer = ["log", "exp", "sqrt", "reciprocal"] as const satisfies readonly OpName[];

const atoms: readonly Term[] = [x, c.exp(c.neg(x)), ...unary.map((f) => c[f](x))];
const shifted = (g: Term): readonly Call[] => [c.add(1, g), oneMinus(g)];
const pairs = (a: readonly Term[], b: readonly Term[]): readonly Call[] =>
  a.flatMap((g) => b.flatMap((h) => [c.sub(g, h), c.mul(g, h), c.div(g, h), c.add(g, h)]));

const ones = atoms.slice(1).flatMap(shifted);
const nested = unary.flatMap((f) => unary.map((g) => c[f](c[g](x))));
const sums = pairs(atoms, atoms);

/** Compositions of two rows, and of three. */
export const generated: readonly Call[] = [
  ...ones,
  ...nested,
  ...sums,
  ...unary.flatMap((f) => ones.map((g) => c[f](g))),
  ...nested.flatMap(shifted),
  ...outer.flatMap((f) => sums.map((g) => c[f](g))),
  ...pairs(ones, [x]),
];
