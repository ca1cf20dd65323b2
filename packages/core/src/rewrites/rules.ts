import { reducedCount } from "../compositions/statistics.ts";
import type { Node } from "../graph/node.ts";
import { type Bindings, type Call, calls, computed, rest, type Term, variable } from "./pattern.ts";

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
  asinh,
  atanh,
  cos,
  cosh,
  div,
  erf,
  erfc,
  exp,
  expm1,
  gt,
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
  mean,
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

/** ln of the number of elements that a reduction takes the mean of. */
const logCount = computed("log(n)", (b) => {
  const [over] = b.dims as readonly Parameters<typeof reducedCount>[2][];
  return Math.log(reducedCount("mean", b.x as Node, over));
});

/** ln(1 − eˣ) for x < 0, from the side on which eˣ is small or 1 − eˣ is, and ln(eˣ − 1). [Mächler 2012] */
const log1mExp = where(log1p(neg(exp(x))), lt(x, -Math.LN2), log(sub(0, expm1(x))));
const logExpm1 = add(x, log(neg(expm1(neg(x)))));

/** ln(2 sinh x). */
const log2Sinh = where(log(mul(2, sinh(x))), lt(x, 1), add(x, log(neg(expm1(mul(-2, x))))));

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

  // Logarithms of products and sums of exponentials.
  { from: log(mul(exp(x), exp(y))), to: add(x, y) },
  { from: log(onePlusExp), to: softplus(x) },
  { from: log1p(exp(x)), to: softplus(x) },
  { from: sub(softplus(x), x), to: softplus(neg(x)) },
  { from: log(add(exp(x), exp(neg(x)))), to: add(logCosh(x), Math.LN2) },
  { from: log(add(exp(x), exp(y))), to: logaddexp(x, y) },
  { from: log(sum(exp(x), dims)), to: logSumExp(x, dims) },
  { from: log(mean(exp(x), dims)), to: sub(logSumExp(x, dims), logCount) },
  { from: div(exp(x), sum(exp(x), dims)), to: softmax(x, dims), when: isOneDim },
  { from: div(exp(x), sum(exp(x), dims)), to: softmax(x, 0), when: isVector },

  // Logarithms of differences of exponentials, and of what they are parts of.
  { from: log(oneMinusExp), to: log1mExp },
  { from: log(neg(expm1(x))), to: log1mExp },
  { from: log(sub(exp(x), 1)), to: logExpm1 },
  { from: log(expm1(x)), to: logExpm1 },

  { from: log(sub(exp(x), exp(neg(x)))), to: log2Sinh },
  { from: log(sinh(x)), to: where(log(sinh(x)), lt(x, 1), add(x, log(half(neg(expm1(mul(-2, x))))))) },
  {
    from: log(tanh(x)),
    to: where(log(tanh(x)), lt(x, 0.5), log1p(mul(-2, sigmoid(mul(-2, x))))),
  },
  {
    from: log(softplus(x)),
    to: where(sub(x, half(exp(x))), lt(x, -40), log(softplus(x))),
  },
  {
    from: sub(softplus(x), Math.LN2),
    to: where(log1p(half(expm1(x))), lt(x, 1), sub(softplus(x), Math.LN2)),
  },

  // The logistic density and its logarithm.
  { from: log(mul(sigmoid(x), sigmoid(y))), to: add(logSigmoid(x), logSigmoid(y)) },
  {
    from: div(exp(neg(x)), square(add(1, exp(neg(x))))),
    to: mul(sigmoid(x), sigmoid(neg(x))),
  },

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
  {
    from: log(sub(1, tanh(x))),
    to: where(log1p(neg(tanh(x))), lt(x, 0.5), add(logSigmoid(mul(-2, x)), Math.LN2)),
  },
  {
    from: log(add(1, tanh(x))),
    to: where(log1p(tanh(x)), gt(x, -0.5), add(logSigmoid(mul(2, x)), Math.LN2)),
  },
  { from: atanh(tanh(x)), to: x },
  { from: log(cosh(x)), to: logCosh(x) },
  { from: sub(add(x, softplus(mul(-2, x))), Math.LN2), to: logCosh(x) },

  // Inverse hyperbolic functions, written out.
  { from: log(add(x, sqrt(add(1, square(x))))), to: asinh(x) },
  { from: log(div(add(1, x), sub(1, x))), to: mul(2, atanh(x)) },

  // Differences that cancel.
  { from: sub(exp(x), 1), to: expm1(x) },
  { from: oneMinusExp, to: sub(0, expm1(x)) },
  { from: sub(exp(x), exp(neg(x))), to: mul(2, sinh(x)) },
  { from: sub(cosh(x), 1), to: mul(2, square(sinh(half(x)))) },
  { from: sub(1, cosh(x)), to: mul(-2, square(sinh(half(x)))) },
  { from: sub(cos(x), 1), to: mul(-2, square(sin(half(x)))) },
  { from: sub(1, cos(x)), to: mul(2, square(sin(half(x)))) },
  {
    from: sub(sqrt(add(1, x)), 1),
    to: where(div(x, add(1, sqrt(add(1, x)))), lt(x, 3), sub(sqrt(add(1, x)), 1)),
  },
  {
    from: sub(1, sqrt(sub(1, x))),
    to: where(div(x, add(1, sqrt(sub(1, x)))), gt(x, -3), sub(1, sqrt(sub(1, x)))),
  },
  {
    from: sub(sqrt(add(1, square(x))), x),
    to: where(reciprocal(add(sqrt(add(1, square(x))), x)), gt(x, 0), sub(sqrt(add(1, square(x))), x)),
  },
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
