import { isFloat } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { axes, axis, sizeOf } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting, type Dims, type KeepDim } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { detach } from "./identity.ts";
import { indexings } from "./indexing.ts";
import { reductions } from "./reduce.ts";

const { abs, add, div, exp, isFinite: finite, log, ne, pow, sqrt, square, sub, where } = elementwiseOps;
const { reshape, sum } = broadcasting;
const { amax, amin, argmax, argmin } = reductions;

const countOf = (op: string, x: Node, dims: Dims): number =>
  axes(op, dims, x.shape.length).reduce((n, d) => n * (x.shape[d] as number), 1);

const toFloat = (x: Node): Node => (isFloat(x.dtype) ? x : cast(x, "float32"));

export interface VarianceOptions extends KeepDim {
  /** Subtracted from the number of elements: 1 for the unbiased estimate. */
  readonly correction?: number;
}

/** The greatest element over `dims` as a constant, 0 where it is infinite: what keeps exp in range. */
function shiftOf(x: Node, dims: Dims): Node {
  const top = detach(amax(x, dims, { keepdim: true }));
  return where(finite(top), top, 0);
}

/** The elements that `choose` picks along `dim`, and where they are; each passes its gradient to that element alone. */
function chosen(
  choose: typeof argmax,
  x: Node,
  dim: number,
  { keepdim = false }: KeepDim,
): { values: Node; indices: Node } {
  const indices = choose(x, dim, { keepdim: true });
  if (x.shape.length === 0) return { values: x, indices };
  const values = indexings.gather(x, dim, indices);
  if (keepdim) return { values, indices };
  const shape = x.shape.filter((_, i) => i !== axis("max", dim, x.shape.length));
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

/** Statistics and normalisations, as compositions of the table's rows. */
export const derived = {
  /** Mean over `dims` (all by default); of nothing it is NaN. */
  mean(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    const count = countOf("mean", x, dims);
    return div(sum(toFloat(x), dims, options), count);
  },

  /** Variance Σ(x − x̄)²/(n − correction) over `dims`; NaN where n ≤ correction. */
  var(x: Node, dims?: Dims, { correction = 1, keepdim = false }: VarianceOptions = {}): Node {
    const freedom = countOf("var", x, dims) - correction;
    const centred = sub(toFloat(x), derived.mean(x, dims, { keepdim: true }));
    return div(sum(square(centred), dims, { keepdim }), freedom > 0 ? freedom : Number.NaN);
  },

  /** Standard deviation, the root of `var`. */
  std(x: Node, dims?: Dims, options: VarianceOptions = {}): Node {
    return sqrt(derived.var(x, dims, options));
  },

  /** The greatest elements along `dim` and their first positions: each takes its whole gradient there. */
  maxAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return chosen(argmax, x, dim, options);
  },

  /** The least elements along `dim` and their first positions: each takes its whole gradient there. */
  minAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return chosen(argmin, x, dim, options);
  },

  /** ln Σ eˣ over `dims`, in range for every finite x; of nothing it is −∞. */
  logSumExp(x: Node, dims?: Dims, { keepdim = false }: KeepDim = {}): Node {
    const float = toFloat(x);
    if (countOf("logSumExp", x, dims) === 0) return log(sum(float, dims, { keepdim }));
    const shift = shiftOf(float, dims);
    const y = add(log(sum(exp(sub(float, shift)), dims, { keepdim: true })), shift);
    return keepdim ? y : reshape(y, sum(x, dims).shape);
  },

  /** The p-norm (Σ|x|ᵖ)^{1/p} over `dims`; p may be 0 (non-zeros), ∞ or −∞. Its gradient at 0 is 0. */
  norm(x: Node, p = 2, dims?: Dims, options: KeepDim = {}): Node {
    const size = abs(toFloat(x));
    if (p === 0) return sum(cast(ne(size, 0), size.dtype), dims, options);
    if (p === 1) return sum(size, dims, options);
    if (p === 2) return sqrt(sum(square(size), dims, options));
    if (p === Number.POSITIVE_INFINITY) return amax(size, dims, options);
    if (p === Number.NEGATIVE_INFINITY) return amin(size, dims, options);
    return pow(sum(pow(size, p), dims, options), 1 / p);
  },

  /** eˣ/Σeˣ along `dim`, in range for every finite x. */
  softmax(x: Node, dim: number): Node {
    const float = toFloat(x);
    axis("softmax", dim, Math.max(1, x.shape.length));
    if (sizeOf(x.shape) === 0) return float;
    const e = exp(sub(float, shiftOf(float, dim)));
    return div(e, sum(e, dim, { keepdim: true }));
  },

  /** x − ln Σeˣ along `dim`. */
  logSoftmax(x: Node, dim: number): Node {
    const float = toFloat(x);
    axis("logSoftmax", dim, Math.max(1, x.shape.length));
    if (sizeOf(x.shape) === 0) return float;
    const centred = sub(float, shiftOf(float, dim));
    return sub(centred, log(sum(exp(centred), dim, { keepdim: true })));
  },
};
