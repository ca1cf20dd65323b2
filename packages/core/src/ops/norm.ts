import type { Signatures } from "../arguments.ts";
import type { Node } from "../graph/node.ts";
import type { Expr } from "../scalar/expr.ts";
import * as w from "../scalar/primitives.ts";
import { axes, sizeOf } from "../shape.ts";
import { cast, elementwise } from "./apply.ts";
import { broadcasting, type Dims, type KeepDim, overDims } from "./broadcast.ts";
import { countOf, derived, toFloat } from "./derived.ts";
import { elementwiseOps } from "./elementwise.ts";
import { detach, ruled } from "./identity.ts";
import { mulNoNan } from "./mask.ts";
import { reductions } from "./reduce.ts";
import { constant } from "./source.ts";

const { abs, div, eq, mul, ne, pow, reciprocal, sign, sqrt, square, sub, where } = elementwiseOps;
const { reshape, sum } = broadcasting;
const { amax, amin } = reductions;

export interface VarianceOptions extends KeepDim {
  /** Subtracted from the number of elements: 1 for the unbiased estimate. */
  readonly correction?: number;
}

const keepdim = true;

/** The greatest power of two up to a size, whose products with numbers are exact; 1 for those without end. */
const powerOfTwo = elementwise("powerOfTwo", {
  f: (size, smallestNormal) => {
    const normal: Expr = w.maximum(size, smallestNormal);
    return w.where(w.lt(size, Number.POSITIVE_INFINITY), w.div(normal, w.significand(normal)), 1);
  },
});

const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 };

/** f(x) for an f of x's sizes over `dims` with f(s·x) = s·f(x), of x in units in which no power is out of range. */
function inUnits(x: Node, dims: Dims, f: (x: Node) => Node, unitOf = amax): Node {
  if (sizeOf(x.shape) === 0) return detach(f(x));
  const smallest = constant(smallestNormal[x.dtype as keyof typeof smallestNormal], x.dtype);
  const unit = powerOfTwo(unitOf(abs(x), dims, { keepdim }), smallest);
  return detach(mul(unit, f(mul(x, reciprocal(unit)))));
}

/** A reduced tensor with the axes that it lost. */
const spread = (y: Node, x: Node, dims: Dims): Node => {
  const reduced = axes("norm", dims, x.shape.length);
  return reshape(
    y,
    x.shape.map((n, i) => (reduced.includes(i) ? 1 : n)),
  );
};

/** A value over `dims` of x, with axes of size 1, whose derivative is `slope`, 0 where there is nothing to differentiate. */
function sloped(
  name: string,
  value: Node,
  x: Node,
  dims: Dims,
  options: KeepDim,
  slope: (y: Node) => Node,
  squared?: () => Node,
): Node {
  const shape = options.keepdim ? value.shape : sum(x, dims).shape;
  return ruled(name, reshape(value, shape), [x], {
    vjp: (ȳ, y) => [null, mulNoNan(slope(spread(y, x, dims)), spread(ȳ, x, dims))],
    jvp: ([, ẋ], y) => (ẋ ? sum(mulNoNan(slope(spread(y, x, dims)), ẋ), dims, options) : null),
    ...(squared && { squared }),
  });
}

/** x less its mean, which is rounded, and then less the mean of what is left: what the first one missed. */
function centred(x: Node, dims: Dims): Node {
  const c = sub(x, derived.mean(x, dims, { keepdim }));
  return sub(c, derived.mean(c, dims, { keepdim }));
}

function divisorOf(op: string, x: Node, dims: Dims, correction: number): number {
  const freedom = countOf(op, x, dims) - correction;
  return freedom > 0 ? freedom : Number.NaN;
}

/** t, and 0 at the zeros of y, where it is a quotient by 0. */
const awayFromZero = (y: Node, t: Node): Node => where(eq(y, 0), 0, t);

/** Sizes and spreads, whose squares are neither too large nor too small for the dtype, nor their derivatives at 0. */
export const norms = {
  /** Variance Σ(x − x̄)²/(n − correction) over `dims`; NaN where n ≤ correction. */
  var(x: Node, dims?: Dims, { correction = 1, ...options }: VarianceOptions = {}): Node {
    const divisor = divisorOf("var", x, dims, correction);
    const float = toFloat(x);
    const c = centred(float, dims);
    const value = div(sum(square(c), dims, { keepdim }), divisor);
    return sloped("var", detach(value), float, dims, options, () => mul(c, 2 / divisor));
  },

  /** Standard deviation, the root of `var`. Its gradient is 0 where all elements are equal. */
  std(x: Node, dims?: Dims, { correction = 1, ...options }: VarianceOptions = {}): Node {
    const divisor = divisorOf("std", x, dims, correction);
    const float = toFloat(x);
    const c = centred(float, dims);
    const value = inUnits(c, dims, (t) => sqrt(div(sum(square(t), dims, { keepdim }), divisor)));
    const slope = (y: Node) => awayFromZero(y, div(c, mul(y, divisor)));
    const squared = () => norms.var(x, dims, { correction, ...options });
    return sloped("std", value, float, dims, options, slope, squared);
  },

  /** The p-norm (Σ|x|ᵖ)^{1/p} over `dims`; p may be 0 (non-zeros), ∞ or −∞. Its gradient at 0 is 0. */
  norm(x: Node, p = 2, dims?: Dims, options: KeepDim = {}): Node {
    const float = toFloat(x);
    const size = abs(float);
    if (p === 0) return sum(cast(ne(size, 0), size.dtype), dims, options);
    if (p === 1) return sum(size, dims, options);
    if (p === Number.POSITIVE_INFINITY) return amax(size, dims, options);
    if (p === Number.NEGATIVE_INFINITY) return amin(size, dims, options);
    if (p === 2) {
      const value = inUnits(float, dims, (t) => sqrt(sum(square(t), dims, { keepdim })));
      const slope = (y: Node) => awayFromZero(y, div(float, y));
      return sloped("norm", value, float, dims, options, slope, () => sum(square(float), dims, options));
    }
    const powers = (t: Node) => pow(sum(pow(abs(t), p), dims, { keepdim }), 1 / p);
    const slope = (y: Node) => {
      const ratio = mul(sign(float), pow(div(size, y), p - 1));
      return awayFromZero(y, p < 1 ? awayFromZero(float, ratio) : ratio);
    };
    return sloped("norm", inUnits(float, dims, powers, p < 0 ? amin : amax), float, dims, options, slope);
  },
};

const variance = { dims: "dim or dims?", options: { correction: "finite", keepdim: "boolean" } } as const;

export const normArguments = {
  var: variance,
  std: variance,
  norm: { p: "number?", ...overDims },
} as const satisfies Signatures<typeof norms>;
