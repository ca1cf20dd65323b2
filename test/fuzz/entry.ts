import { type DType, type Shape, type Tensor, tensor } from "@chainrule/core";

/**
 * A tensor of a random program, of numbers up to `bound`. They are `exact` where they are integers, truth values or multiples
 * of `grain` that float32 has without rounding: every backend then has the same ones, and jumps may depend on them.
 */
export interface Entry {
  readonly x: Tensor;
  readonly exact: boolean;
  readonly bound: number;
  readonly grain: number;
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** Beyond this, what is rounded is brought back softly: sines and exponentials of large numbers make errors larger. */
const large = 64;

/** Numbers that are rounded. */
export const rounded = (x: Tensor, bound: number): Entry =>
  bound > large ? rounded(x.tanh(), 1) : { x, exact: false, bound, grain: 0 };

/** Numbers that are exact where float32 has all multiples of `grain` up to `bound`; they are brought back before it has not. */
export function exactly(x: Tensor, bound: number, grain: number): Entry {
  if (!isFloat(x.dtype))
    return { x, exact: true, bound: x.dtype === "bool" ? 1 : Number.POSITIVE_INFINITY, grain: 1 };
  if (bound / grain > 2 ** 24) return rounded(x, bound);
  if (bound / grain <= 2 ** 16) return { x, exact: true, bound, grain };
  return { x: x.clamp(-4, 4).mul(4).round().div(4), exact: true, bound: 4, grain: 1 / 4 };
}

/** What follows from others: exact if they are. */
export const following = (x: Tensor, from: readonly Entry[], bound: number, grain: number): Entry =>
  from.every((e) => e.exact) ? exactly(x, bound, grain) : rounded(x, bound);

/** The same numbers, moved about. */
export const moved = (e: Entry, x: Tensor): Entry => ({ ...e, x });

/** x laid out from an offset on, repeated or cut to fill a shape. */
export function filled(x: Tensor, shape: Shape, offset = 0): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  if (x.size === 0)
    return tensor(0, { dtype: x.dtype === "bool" ? "int32" : x.dtype })
      .to(x.dtype)
      .expand(shape);
  const times = Math.ceil((n + offset) / x.size);
  const flat = x.reshape([-1]);
  return (times > 1 ? flat.repeat([times]) : flat).slice(0, offset, offset + n).reshape(shape);
}

/** Whole numbers from 0 below `n`, of exact ones. */
export const indices = (x: Tensor, shape: Shape, n: number): Tensor =>
  filled(x, shape).to("int32").remainder(n);
