import type { Node } from "../graph/node.ts";
import { type Call, calls, rest, type Term, variable } from "./pattern.ts";

/** The values of the variables of a pattern, by name; of a rest variable, the arguments. */
export type Bindings = Readonly<Record<string, Node | readonly unknown[]>>;

/** A composition that is replaced by an expression of the same function which keeps more digits. */
export interface Rule {
  readonly from: Call;
  readonly to: Call | ReturnType<typeof variable>;
  /** Where the two are the same. Default: everywhere. */
  readonly when?: (bindings: Bindings) => boolean;
}

/** Another way of writing an expression: it has the same value, and takes part in the same rewrites. */
export interface Equivalence {
  readonly from: Call;
  readonly is: Call;
}

const {
  abs,
  add,
  atanh,
  cos,
  cosh,
  div,
  erf,
  erfc,
  exp,
  expm1,
  hypot,
  log,
  log1p,
  logaddexp,
  logCosh,
  logit,
  logSigmoid,
  logSoftmax,
  logSumExp,
  lt,
  mul,
  neg,
  pow,
  reciprocal,
  sigmoid,
  sin,
  sinh,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  where,
} = calls;

const [x, y, dims] = [variable("x"), variable("y"), rest("dims")];

/** 1 + eˣ and 1 − eˣ. */
const onePlusExp = add(1, exp(x));
const oneMinusExp = sub(1, exp(x));
const half = (term: Term): Call => mul(0.5, term);

export const equivalences: readonly Equivalence[] = [
  { from: mul(x, x), is: square(x) },
  { from: pow(x, 2), is: square(x) },
  { from: pow(x, 0.5), is: sqrt(x) },
  { from: pow(x, -1), is: reciprocal(x) },
  { from: div(1, x), is: reciprocal(x) },
  { from: mul(-1, x), is: neg(x) },
  { from: sub(0, x), is: neg(x) },
  { from: add(1, neg(x)), is: sub(1, x) },
  { from: neg(sub(x, 1)), is: sub(1, x) },
  { from: neg(add(-1, x)), is: sub(1, x) },
  { from: add(-1, x), is: sub(x, 1) },
  { from: sub(x, -1), is: add(1, x) },
  { from: softmax(x, dims), is: exp(logSoftmax(x, dims)) },
];

const isOneDim = (b: Bindings): boolean => {
  const [dim, options] = b.dims as readonly unknown[];
  const keepdim = (options as { readonly keepdim?: boolean } | undefined)?.keepdim === true;
  return typeof dim === "number" && (keepdim || (b.x as Node).shape.length === 1);
};
const isVector = (b: Bindings): boolean =>
  (b.x as Node).shape.length === 1 && (b.dims as readonly unknown[])[0] === undefined;

/** The rewrites, more special ones first. */
export const rules: readonly Rule[] = [
  // σ, written out and taken from 1.
  { from: reciprocal(add(1, exp(neg(x)))), to: sigmoid(x) },
  { from: reciprocal(onePlusExp), to: sigmoid(neg(x)) },
  { from: div(exp(x), onePlusExp), to: sigmoid(x) },
  { from: sub(1, sigmoid(x)), to: sigmoid(neg(x)) },
  { from: logit(sigmoid(x)), to: x },
  { from: log(div(sigmoid(x), sub(1, sigmoid(x)))), to: x },

  // Logarithms of σ and softmax.
  { from: log(sigmoid(x)), to: logSigmoid(x) },
  { from: log1p(neg(sigmoid(x))), to: logSigmoid(neg(x)) },
  { from: log(softmax(x, dims)), to: logSoftmax(x, dims) },

  // Logarithms of sums of exponentials.
  { from: log(onePlusExp), to: softplus(x) },
  { from: log1p(exp(x)), to: softplus(x) },
  { from: sub(softplus(x), x), to: softplus(neg(x)) },
  { from: log(add(exp(x), exp(y))), to: logaddexp(x, y) },
  { from: log(sum(exp(x), dims)), to: logSumExp(x, dims) },
  { from: div(exp(x), sum(exp(x), dims)), to: softmax(x, dims), when: isOneDim },
  { from: div(exp(x), sum(exp(x), dims)), to: softmax(x, 0), when: isVector },

  // ln(1 − eˣ) for x < 0, from the side on which e^x is small or 1 − e^x is. [Mächler 2012]
  {
    from: log(oneMinusExp),
    to: where(log1p(neg(exp(x))), lt(x, -Math.LN2), log(neg(expm1(x)))),
  },
  { from: log(sub(exp(x), 1)), to: add(x, log(neg(expm1(neg(x))))) },

  // tanh, written out and squared.
  { from: div(sinh(x), cosh(x)), to: tanh(x) },
  { from: div(sub(exp(x), exp(neg(x))), add(exp(x), exp(neg(x)))), to: tanh(x) },
  { from: div(sub(exp(x), 1), onePlusExp), to: tanh(half(x)) },
  { from: div(oneMinusExp, onePlusExp), to: tanh(mul(-0.5, x)) },
  { from: sub(mul(2, sigmoid(x)), 1), to: tanh(half(x)) },
  { from: log(sub(1, square(tanh(x)))), to: mul(-2, logCosh(x)) },
  {
    from: sub(1, square(tanh(x))),
    to: where(sub(1, square(tanh(x))), lt(abs(x), 1), mul(4, mul(sigmoid(mul(2, x)), sigmoid(mul(-2, x))))),
  },
  { from: atanh(tanh(x)), to: x },
  { from: log(cosh(x)), to: logCosh(x) },

  // Differences that cancel.
  { from: sub(exp(x), 1), to: expm1(x) },
  { from: oneMinusExp, to: neg(expm1(x)) },
  { from: sub(exp(x), exp(neg(x))), to: mul(2, sinh(x)) },
  { from: sub(cosh(x), 1), to: mul(2, square(sinh(half(x)))) },
  { from: sub(1, cos(x)), to: mul(2, square(sin(half(x)))) },
  { from: sub(sqrt(add(1, x)), 1), to: div(x, add(1, sqrt(add(1, x)))) },
  { from: sub(1, erf(x)), to: erfc(x) },
  { from: add(1, erf(x)), to: erfc(neg(x)) },
  { from: sub(1, erfc(x)), to: erf(x) },

  // Logarithms near 1, and of squares.
  { from: log(exp(x)), to: x },
  { from: log(add(1, x)), to: log1p(x) },
  { from: log(sub(1, x)), to: log1p(neg(x)) },
  { from: log(square(x)), to: mul(2, log(abs(x))) },

  // Roots of squares.
  { from: sqrt(square(x)), to: abs(x) },
  { from: sqrt(add(square(x), square(y))), to: hypot(x, y) },
];
