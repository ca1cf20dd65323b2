import type { Signatures } from "../arguments.ts";
import { isFloat, toFloating } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import * as w from "../scalar/primitives.ts";
import { axes, axis, axisOrNone, formatShape, sizeOf } from "../shape.ts";
import { cast, elementwise } from "./apply.ts";
import { broadcasting, type Dims, type KeepDim, overDims, reduce } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { detach, ruled } from "./identity.ts";
import { choose, mulNoNan, truth } from "./mask.ts";
import { movements } from "./movement.ts";
import { extrema, nonEmpty, reductions } from "./reduce.ts";
import type { Operand } from "./row.ts";
import { constant, iota } from "./source.ts";

const { add, div, eq, exp, isNaN: nan, log, logicalNot, mul, ne } = elementwiseOps;
const { sigmoid, sub, where } = elementwiseOps;
const { expand, reshape, sum } = broadcasting;
const { amax, argmax, argmin } = reductions;

export const countOf = (op: string, x: Node, dims: Dims): number =>
  axes(op, dims, x.shape.length).reduce((n, d) => n * (x.shape[d] as number), 1);

export const toFloat = (x: Node): Node => cast(x, toFloating(x.dtype));

export interface NanToNumOptions {
  readonly nan?: number;
  readonly posinf?: number;
  readonly neginf?: number;
}

const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

export interface CloseOptions {
  readonly rtol?: number;
  readonly atol?: number;
  /** Take NaN to be close to NaN. */
  readonly equalNaN?: boolean;
}

const near = elementwise("isClose", {
  f: (x, other, rtol, atol, equalNaN) => {
    const gap = w.abs(w.sub(x, other));
    const within = w.le(gap, w.add(atol, w.mul(rtol, w.abs(other))));
    const bothNaN = w.xor(w.or(w.eq(x, x), w.eq(other, other)), 1);
    const close = w.or(w.eq(x, other), w.and(w.lt(gap, Number.POSITIVE_INFINITY), within));
    return w.or(close, w.and(w.eq(equalNaN, 1), bothNaN));
  },
  types: "compare",
});

/** The greatest element over `dims` as a constant: what keeps exp in range. */
const topOf = (x: Node, dims: Dims): Node => detach(amax(x, dims, { keepdim: true }));

/** eˣ⁻ᵗ for the greatest element t, or one so far: 1 where that is x, be it ∞, and 0 for x = −∞. */
export function expFromTop(x: Node, top: Node): Node {
  const value = detach(where(eq(x, top), 0, sub(x, top)));
  const gap = ruled("fromTop", value, [x], { vjp: (ȳ) => [null, ȳ], jvp: ([, ẋ]) => ẋ ?? null });
  return where(eq(x, Number.NEGATIVE_INFINITY), 0, exp(gap));
}

/** y·t, and 0 where an element has no weight or nothing to weigh, as masked ones have. */
const weigh = (y: Node, t: Node): Node => choose(truth(y), mulNoNan(y, t));

/** The greatest or least elements along `dim`, and where each stands first: it passes its gradient to that element alone. */
function chosen(
  best: keyof typeof extrema,
  x: Node,
  dim: number,
  { keepdim = false }: KeepDim,
): { values: Node; indices: Node } {
  nonEmpty(best === "amax" ? "max" : "min", x, dim);
  const indices = (best === "amax" ? argmax : argmin)(x, dim, { keepdim: true });
  if (x.shape.length === 0) return { values: x, indices };
  const d = axis(best, dim, x.shape.length);
  const partial = () => eq(iota(x.shape, d, "int32"), expand(indices, x.shape));
  const values = reduce({ ...extrema[best], partial }, x, d, { keepdim: true }, x.dtype);
  if (keepdim) return { values, indices };
  const shape = x.shape.filter((_, i) => i !== d);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

/** Statistics and normalisations, as compositions of the table's rows. */
export const derived = {
  /** Mean over `dims` (all by default); of nothing it is NaN. */
  mean(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    const float = toFloat(x);
    const count = constant(countOf("mean", x, dims), float.dtype);
    return div(sum(float, dims, options), count);
  },

  /** Σ of the elements that are not NaN, over `dims`. */
  nanSum(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    return sum(isFloat(x.dtype) ? where(nan(x), 0, x) : x, dims, options);
  },

  /** Mean of the elements that are not NaN, over `dims`; of none it is NaN. */
  nanMean(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    const float = toFloat(x);
    const count = sum(cast(logicalNot(nan(float)), float.dtype), dims, options);
    return div(derived.nanSum(float, dims, options), count);
  },

  /** How many elements over `dims` are not 0 (int32). */
  countNonzero(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    return sum(ne(x, 0), dims, options);
  },

  /** The greatest elements along `dim` and their first positions: each takes its whole gradient there. */
  maxAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return chosen("amax", x, dim, options);
  },

  /** The least elements along `dim` and their first positions: each takes its whole gradient there. */
  minAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return chosen("amin", x, dim, options);
  },

  /** ln Σ eˣ over `dims`, in range for every x, of which infinite ones share the gradient; of nothing it is −∞. */
  logSumExp(x: Node, dims?: Dims, { keepdim = false }: KeepDim = {}): Node {
    const float = toFloat(x);
    if (countOf("logSumExp", x, dims) === 0) return log(sum(float, dims, { keepdim }));
    const top = topOf(float, dims);
    const y = add(log(sum(expFromTop(float, top), dims, { keepdim: true })), top);
    return keepdim ? y : reshape(y, sum(x, dims).shape);
  },

  /** eˣ/Σeˣ along `dim`, in range for every finite x. With t for ẋ or ȳ both derivatives are y·(t − Σ y·t). */
  softmax(x: Node, dim: number): Node {
    const float = toFloat(x);
    axisOrNone("softmax", dim, x.shape.length);
    if (sizeOf(x.shape) === 0) return float;
    const e = exp(sub(float, topOf(float, dim)));
    const derivative = (y: Node, t: Node) => weigh(y, sub(t, sum(weigh(y, t), dim, { keepdim: true })));
    return ruled("softmax", detach(div(e, sum(e, dim, { keepdim: true }))), [float], {
      vjp: (ȳ, y) => [null, derivative(y, ȳ)],
      jvp: ([, ẋ], y) => (ẋ ? derivative(y, ẋ) : null),
    });
  },

  /** x − ln Σeˣ along `dim`. */
  logSoftmax(x: Node, dim: number): Node {
    const float = toFloat(x);
    axisOrNone("logSoftmax", dim, x.shape.length);
    if (sizeOf(x.shape) === 0) return float;
    const centred = sub(float, topOf(float, dim));
    return sub(centred, log(sum(exp(centred), dim, { keepdim: true })));
  },

  /** a·σ(b) for the halves a and b of x along `dim`. [Dauphin et al. 2016] */
  glu(x: Node, dim = -1): Node {
    const d = axis("glu", dim, x.shape.length);
    const n = x.shape[d] as number;
    if (n % 2 !== 0)
      fail("shape", "glu", `dim ${d} of ${formatShape(x.shape)} has an odd size, which has no halves`);
    return mul(movements.slice(x, d, 0, n / 2), sigmoid(movements.slice(x, d, n / 2)));
  },

  /** x with other numbers in the place of NaN, ∞ and −∞: 0 and the largest finite ones unless told. */
  nanToNum(x: Node, options: NanToNumOptions = {}): Node {
    if (!isFloat(x.dtype)) return x;
    const largest = x.dtype === "float32" ? largestFloat32 : Number.MAX_VALUE;
    const below = where(eq(x, Number.NEGATIVE_INFINITY), options.neginf ?? -largest, x);
    const above = where(eq(x, Number.POSITIVE_INFINITY), options.posinf ?? largest, below);
    return where(nan(x), options.nan ?? 0, above);
  },

  /** Whether |x − other| ≤ atol + rtol·|other|; infinities are close to themselves, and NaN to NaN with `equalNaN`. */
  isClose(x: Node, other: Operand, { rtol = 1e-5, atol = 1e-8, equalNaN = false }: CloseOptions = {}): Node {
    return near(x, other, rtol, atol, equalNaN);
  },
};

const alongDim = { dim: "dim", options: { keepdim: "boolean" } } as const;

export const derivedArguments = {
  mean: overDims,
  nanSum: overDims,
  nanMean: overDims,
  countNonzero: overDims,
  maxAlong: alongDim,
  minAlong: alongDim,
  logSumExp: overDims,
  softmax: { dim: "dim" },
  logSoftmax: { dim: "dim" },
  glu: { dim: "dim?" },
  nanToNum: { options: { nan: "number", posinf: "number", neginf: "number" } },
  isClose: { other: "operand", options: { rtol: "number", atol: "number", equalNaN: "boolean" } },
} as const satisfies Signatures<typeof derived>;
