import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Movement } from "../graph/op.ts";
import { add, and, eq, floorDivide, mul, sub } from "../scalar/primitives.ts";
import { axes, axis, formatShape } from "../shape.ts";
import { inRange, type MovementRule, move, withIndex, withSize } from "./movement-rule.ts";
import { row } from "./row.ts";

const sliceRule: MovementRule<Movement<"slice">> = {
  shape: ({ dim, count }, [x]) => withSize(x!, dim, count),
  reads: ({ dim, start, step }, _, out) => [
    { input: 0, index: withIndex(out, dim, add(start, mul(step, out[dim]!))) },
  ],
  transpose: ({ dim, start, step }, [x], ȳ) => [scatterSlice(ȳ, dim, x![dim]!, start, step)],
  drops: ({ dim, count }, [x]) => count < x![dim]!,
};

const scatterSliceRule: MovementRule<Movement<"scatterSlice">> = {
  shape: ({ dim, n }, [x]) => withSize(x!, dim, n),
  reads({ dim, start, step }, [x], out) {
    const offset = sub(out[dim]!, start);
    const i = floorDivide(offset, step);
    const valid = inRange(i, x![dim]!);
    const isExact = Math.abs(step) === 1 ? valid : and(valid, eq(mul(i, step), offset));
    return [{ input: 0, index: withIndex(out, dim, i), valid: isExact }];
  },
  transpose: ({ dim, start, step }, [x], ȳ) => [stridedSlice(ȳ, dim, x![dim]!, start, step)],
};

export const sliceRules = { slice: sliceRule, scatterSlice: scatterSliceRule };

/** The `count` elements at start, start + step, … along `dim`. Its transpose is `scatterSlice`. */
export function stridedSlice(x: Node, dim: number, count: number, start: number, step: number): Node {
  if (start === 0 && step === 1 && count === x.shape[dim]) return x;
  return move(sliceRule, { family: "movement", name: "slice", dim, count, start, step }, [x]);
}

/** x at start, start + step, … of `n` zeros along `dim`. Its transpose is `stridedSlice`. */
const scatterSlice = (x: Node, dim: number, n: number, start: number, step: number): Node =>
  move(scatterSliceRule, { family: "movement", name: "scatterSlice", dim, n, start, step }, [x]);

/** A slice bound as in Python: negative counts from the end, and is clamped to [low, high]. */
function sliceBound(
  i: number | null | undefined,
  n: number,
  otherwise: number,
  low: number,
  high: number,
): number {
  if (i === null || i === undefined) return otherwise;
  return Math.max(low, Math.min(high, i < 0 ? i + n : i));
}

/** Movements along single axes. */
export const slices = {
  /**
   * Every `step`-th element along `dim`, from `start` up to and excluding `stop`.
   *
   * @param dim The axis.
   * @param start The first index, counted from the end if negative; by default the first in the direction of `step`.
   * @param stop The bound, counted from the end if negative; by default the end in the direction of `step`.
   * @param step The difference of neighbours, other than 0; backwards if negative. 1 by default.
   *
   * @example
   * console.log(tensor([1, 2, 3, 4]).slice(0, 1, 3).toArray()); //=> [ 2, 3 ]
   * console.log(tensor([1, 2, 3, 4]).slice(0, null, null, -2).toArray()); //=> [ 4, 2 ]
   */
  slice: row(
    (x: Node, dim: number, start?: number | null, stop?: number | null, step = 1): Node => {
      const d = axis("slice", dim, x.shape.length);
      const n = x.shape[d]!;
      if (!Number.isInteger(step) || step === 0)
        fail("value", "slice", `step ${step} must be an integer other than 0`);
      if (![start ?? 0, stop ?? 0].every(Number.isInteger))
        fail("value", "slice", `bounds ${start} and ${stop} must be integers`);
      const first = step > 0 ? sliceBound(start, n, 0, 0, n) : sliceBound(start, n, n - 1, -1, n - 1);
      const end = step > 0 ? sliceBound(stop, n, n, 0, n) : sliceBound(stop, n, -1, -1, n - 1);
      return stridedSlice(x, d, Math.max(0, Math.ceil((end - first) / step)), first, step);
    },
    [[5], 0, 1, 4],
    [[2, 7], 1, null, null, 3],
    [[5], -1, null, null, -2],
    [[3, 4], 0, -2],
    [[4], 0, 3, 1],
  ),

  /** x between zeros, or cropped where a number is negative: (before, after) pairs from the last axis on, as in PyTorch. */
  padZeros: row(
    (x: Node, pads: readonly number[]): Node => {
      if (pads.length % 2 !== 0 || pads.length > 2 * x.shape.length || !pads.every(Number.isInteger))
        fail(
          "shape",
          "pad",
          `${formatShape(pads)} must be (before, after) pairs of integers for at most ${x.shape.length} axes`,
        );
      let y = x;
      for (let k = 0; k < pads.length / 2; k++) {
        const dim = x.shape.length - 1 - k;
        const [before, after] = [pads[2 * k]!, pads[2 * k + 1]!];
        const n = y.shape[dim]!;
        if (n + before + after < 0 || n + Math.min(before, 0) + Math.min(after, 0) < 0)
          fail("shape", "pad", `padding ${before}, ${after} leaves nothing of axis ${dim} of size ${n}`);
        const [low, high] = [Math.max(0, -before), n - Math.max(0, -after)];
        y = stridedSlice(y, dim, high - low, low, 1);
        if (before > 0 || after > 0) y = scatterSlice(y, dim, n + before + after, Math.max(0, before), 1);
      }
      return y;
    },
    [
      [2, 3],
      [1, 2],
    ],
    [
      [2, 3],
      [0, 1, 2, 0],
    ],
    [[5], [-1, 2]],
  ),

  /**
   * The elements in reverse order along `dims`: yᵢ = xₙ₋₁₋ᵢ.
   *
   * @param dims The axes; all by default.
   *
   * @example
   * console.log(tensor([1, 2, 3]).flip().toArray()); //=> [ 3, 2, 1 ]
   */
  flip: row(
    (x: Node, dims?: number | readonly number[]): Node =>
      axes("flip", dims, x.shape.length).reduce(
        (y, d) => stridedSlice(y, d, y.shape[d]!, y.shape[d]! - 1, -1),
        x,
      ),
    [[2, 3], 1],
    [
      [2, 3],
      [0, 1],
    ],
    [[0, 3], 0],
  ),
};
