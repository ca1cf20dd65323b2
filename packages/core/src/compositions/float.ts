import type { Signatures } from "../arguments.ts";
import { isFloat } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { elementwise } from "../ops/apply.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import type { Operand } from "../ops/row.ts";
import * as w from "../scalar/primitives.ts";

const { eq, isNaN: nan, where } = elementwiseOps;

export interface NanToNumOptions {
  /** Replaces NaN; 0 by default. */
  readonly nan?: number;
  /** Replaces ∞; by default the largest finite number of the dtype. */
  readonly posinf?: number;
  /** Replaces −∞; by default the negative of the largest finite number. */
  readonly neginf?: number;
}

const maxFloat32 = (2 - 2 ** -23) * 2 ** 127;

export interface CloseOptions {
  /** The relative tolerance; 1e-5 by default. */
  readonly rtol?: number;
  /** The absolute tolerance; 1e-8 by default. */
  readonly atol?: number;
  /** Whether NaN is close to NaN; false by default. */
  readonly equalNaN?: boolean;
}

const isClose = elementwise("isClose", {
  f: (x, other, rtol, atol, equalNaN) => {
    const difference = w.abs(w.sub(x, other));
    const inTolerance = w.le(difference, w.add(atol, w.mul(rtol, w.abs(other))));
    const bothNaN = w.xor(w.or(w.eq(x, x), w.eq(other, other)), 1);
    const close = w.or(w.eq(x, other), w.and(w.lt(difference, Number.POSITIVE_INFINITY), inTolerance));
    return w.or(close, w.and(w.eq(equalNaN, 1), bothNaN));
  },
  types: "compare",
});

/** Floating-point numbers compared with a tolerance, and special values replaced. */
export const floatOps = {
  /**
   * x with NaN and infinities replaced; integers are returned as they are.
   *
   * @param options.nan Replaces NaN; 0 by default.
   * @param options.posinf Replaces ∞; by default the largest finite number of the dtype.
   * @param options.neginf Replaces −∞; by default the negative of the largest finite number.
   *
   * @example
   * console.log(tensor([NaN, Infinity, 1]).nanToNum({ posinf: 9 }).toArray()); //=> [ 0, 9, 1 ]
   */
  nanToNum(x: Node, options: NanToNumOptions = {}): Node {
    if (!isFloat(x.dtype)) return x;
    const max = x.dtype === "float32" ? maxFloat32 : Number.MAX_VALUE;
    const below = where(eq(x, Number.NEGATIVE_INFINITY), options.neginf ?? -max, x);
    const above = where(eq(x, Number.POSITIVE_INFINITY), options.posinf ?? max, below);
    return where(nan(x), options.nan ?? 0, above);
  },

  /**
   * Whether |x − other| ≤ atol + rtol·|other|; equal infinities are close.
   *
   * @param options.rtol The relative tolerance; 1e-5 by default.
   * @param options.atol The absolute tolerance; 1e-8 by default.
   * @param options.equalNaN Whether NaN is close to NaN; false by default.
   *
   * @example
   * console.log(tensor([1, 2]).isClose(tensor([1 + 1e-6, 3])).toArray()); //=> [ true, false ]
   */
  isClose(x: Node, other: Operand, { rtol = 1e-5, atol = 1e-8, equalNaN = false }: CloseOptions = {}): Node {
    return isClose(x, other, rtol, atol, equalNaN);
  },
};

export const floatOpArguments = {
  nanToNum: { options: { nan: "number", posinf: "number", neginf: "number" } },
  isClose: { other: "operand", options: { rtol: "number", atol: "number", equalNaN: "boolean" } },
} as const satisfies Signatures<typeof floatOps>;
