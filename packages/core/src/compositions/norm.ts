import type { Signatures } from "../arguments.ts";
import type { IdentityRule, Node } from "../graph/node.ts";
import { cast, elementwise } from "../ops/apply.ts";
import { broadcasting, type Dims, type KeepDim, overDims } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { detach, withRule } from "../ops/identity.ts";
import { mulNoNan } from "../ops/mask.ts";
import { reductions } from "../ops/reduce.ts";
import { constant } from "../ops/source.ts";
import type { Expr } from "../scalar/expr.ts";
import * as w from "../scalar/primitives.ts";
import { axes, sizeOf } from "../shape.ts";
import { reducedCount, statistics, toFloat } from "./statistics.ts";

const { abs, div, eq, mul, ne, pow, reciprocal, sign, sqrt, square, sub, where } = elementwiseOps;
const { reshape, sum } = broadcasting;
const { amax, amin } = reductions;

export interface VarianceOptions extends KeepDim {
  /** Subtracted from the number of elements; 1, the default, gives the unbiased estimate. */
  readonly correction?: number;
}

const keepdim = true;

/** The largest power of two up to a size, by which a product is exact; 1 for infinity. */
const powerOfTwo = elementwise("powerOfTwo", {
  f: (size, smallestNormal) => {
    const normal: Expr = w.maximum(size, smallestNormal);
    return w.where(w.lt(size, Number.POSITIVE_INFINITY), w.div(normal, w.significand(normal)), 1);
  },
});

const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 };

/** f(x), for an f with f(s·x) = s·f(x): x is scaled so that no power of it overflows or underflows. */
function scaled(x: Node, dims: Dims, f: (x: Node) => Node, scaleOf = amax): Node {
  if (sizeOf(x.shape) === 0) return detach(f(x));
  const smallest = constant(smallestNormal[x.dtype as keyof typeof smallestNormal], x.dtype);
  const scale = powerOfTwo(scaleOf(abs(x), dims, { keepdim }), smallest);
  return detach(mul(scale, f(mul(x, reciprocal(scale)))));
}

/** A reduced tensor with the reduced axes restored as axes of size 1. */
const restoreAxes = (y: Node, x: Node, dims: Dims): Node => {
  const reduced = axes("norm", dims, x.shape.length);
  return reshape(
    y,
    x.shape.map((n, i) => (reduced.includes(i) ? 1 : n)),
  );
};

interface NormAttributes extends KeepDim {
  readonly dims: Dims;
}

interface VarianceAttributes extends NormAttributes {
  readonly correction: number;
}

/** The rule of a reduction of x whose derivative is `slope`, given the result with axes of size 1; 0·∞ is 0. */
const slopeRule = <A extends NormAttributes>(
  slope: (x: Node, y: Node, attributes: A) => Node,
  square?: (x: Node, attributes: A) => Node,
): IdentityRule<A> => ({
  vjp(ȳ, y, _, attributes) {
    const x = y.inputs[1]!;
    const { dims } = attributes;
    return [null, mulNoNan(slope(x, restoreAxes(y, x, dims), attributes), restoreAxes(ȳ, x, dims))];
  },
  jvp([, ẋ], y, attributes) {
    const x = y.inputs[1]!;
    const { dims } = attributes;
    return ẋ ? sum(mulNoNan(slope(x, restoreAxes(y, x, dims), attributes), ẋ), dims, attributes) : null;
  },
  ...(square && { square: (y, attributes) => square(y.inputs[1]!, attributes) }),
});

const varRule = slopeRule<VarianceAttributes>((x, _, { dims, correction }) =>
  mul(centred(x, dims), 2 / divisorOf("var", x, dims, correction)),
);

const stdRule = slopeRule<VarianceAttributes>(
  (x, y, { dims, correction }) =>
    zeroWhereZero(y, div(centred(x, dims), mul(y, divisorOf("std", x, dims, correction)))),
  (x, { dims, ...options }) => norms.var(x, dims, options),
);

const euclideanRule = slopeRule<NormAttributes>(
  (x, y) => zeroWhereZero(y, div(x, y)),
  (x, { dims, keepdim = false }) => sum(square(x), dims, { keepdim }),
);

const powerRule = slopeRule<NormAttributes & { readonly p: number }>((x, y, { p }) => {
  const quotient = mul(sign(x), pow(div(abs(x), y), p - 1));
  return zeroWhereZero(y, p < 1 ? zeroWhereZero(x, quotient) : quotient);
});

/** `value`, a reduction of x over `dims` that keeps its axes, with the derivative that the rule states. */
const withSlope = <A extends NormAttributes>(
  name: string,
  value: Node,
  x: Node,
  rule: IdentityRule<A>,
  attributes: A,
): Node => {
  const shape = attributes.keepdim ? value.shape : sum(x, attributes.dims).shape;
  return withRule(name, reshape(value, shape), [x], rule, attributes);
};

/** x − x̄. The mean is subtracted twice: the second one removes the rounding error of the first. */
function centred(x: Node, dims: Dims): Node {
  const c = sub(x, statistics.mean(x, dims, { keepdim }));
  return sub(c, statistics.mean(c, dims, { keepdim }));
}

function divisorOf(op: string, x: Node, dims: Dims, correction: number): number {
  const degreesOfFreedom = reducedCount(op, x, dims) - correction;
  return degreesOfFreedom > 0 ? degreesOfFreedom : Number.NaN;
}

/** `quotient`, and 0 at the zeros of y, its divisor. */
const zeroWhereZero = (y: Node, quotient: Node): Node => where(eq(y, 0), 0, quotient);

/** Norms and variances. Neither they nor their derivatives overflow or underflow early, and their gradients at 0 are 0. */
export const norms = {
  /**
   * Variance Σ(x − x̄)²/(n − correction) over `dims`; NaN if n ≤ correction.
   *
   * @param dims The axes; all by default.
   * @param options.correction Subtracted from n; 1, the default, gives the unbiased estimate.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([1, 2, 3]).var().item()); //=> 1
   */
  var(x: Node, dims?: Dims, { correction = 1, ...options }: VarianceOptions = {}): Node {
    const divisor = divisorOf("var", x, dims, correction);
    const float = toFloat(x);
    const value = div(sum(square(centred(float, dims)), dims, { keepdim }), divisor);
    return withSlope("var", detach(value), float, varRule, { dims, correction, ...options });
  },

  /**
   * Standard deviation, the square root of `var`. Its gradient is 0 where all elements are equal.
   *
   * @param dims The axes; all by default.
   * @param options.correction Subtracted from the number of elements; 1 by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([1, 3, 5]).std().item()); //=> 2
   */
  std(x: Node, dims?: Dims, { correction = 1, ...options }: VarianceOptions = {}): Node {
    const divisor = divisorOf("std", x, dims, correction);
    const float = toFloat(x);
    const root = (t: Node) => sqrt(div(sum(square(t), dims, { keepdim }), divisor));
    const value = scaled(centred(float, dims), dims, root);
    return withSlope("std", value, float, stdRule, { dims, correction, ...options });
  },

  /**
   * The p-norm (Σ|x|ᵖ)^{1/p} over `dims`. Its gradient at 0 is 0.
   *
   * @param p The exponent; 2 by default. 0 counts the elements other than 0; ∞ and −∞ give max |x| and min |x|.
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([3, 4]).norm().item()); //=> 5
   */
  norm(x: Node, p = 2, dims?: Dims, options: KeepDim = {}): Node {
    const float = toFloat(x);
    const size = abs(float);
    if (p === 0) return sum(cast(ne(size, 0), size.dtype), dims, options);
    if (p === 1) return sum(size, dims, options);
    if (p === Number.POSITIVE_INFINITY) return amax(size, dims, options);
    if (p === Number.NEGATIVE_INFINITY) return amin(size, dims, options);
    if (p === 2) {
      const value = scaled(float, dims, (t) => sqrt(sum(square(t), dims, { keepdim })));
      return withSlope("norm", value, float, euclideanRule, { dims, ...options });
    }
    const powers = (t: Node) => pow(sum(pow(abs(t), p), dims, { keepdim }), 1 / p);
    const value = scaled(float, dims, powers, p < 0 ? amin : amax);
    return withSlope("norm", value, float, powerRule, { p, dims, ...options });
  },
};

const variance = { dims: "dim or dims?", options: { correction: "finite", keepdim: "boolean" } } as const;

export const normArguments = {
  var: variance,
  std: variance,
  norm: { p: "number?", ...overDims },
} as const satisfies Signatures<typeof norms>;
