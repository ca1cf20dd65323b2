import type { Signatures } from "../arguments.ts";
import { promote } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Movement, WindowAttributes } from "../graph/op.ts";
import type { Expr } from "../scalar/expr.ts";
import { add, and, eq, floorDivide, mul, sub } from "../scalar/primitives.ts";
import { axis, axisOrNone, formatShape } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { contract } from "./contract.ts";
import { inRange, type MovementRule, move, withIndex, withSize } from "./movement-rule.ts";
import { row } from "./row.ts";

/** Where along the axis element k of window o is, and where that is outside of it. */
function elementOf({ n, count, size, stride, dilation, before }: WindowAttributes, o: Expr, k: Expr) {
  const index = sub(add(mul(o, stride), mul(k, dilation)), before);
  const inside = before === 0 && (count - 1) * stride + (size - 1) * dilation < n;
  return { index, valid: inside ? undefined : inRange(index, n) };
}

/** The window whose element k is element i of the axis, and whether there is one. */
function windowOf({ count, stride, dilation, before }: WindowAttributes, i: Expr, k: Expr) {
  const offset = sub(add(i, before), mul(k, dilation));
  const index = floorDivide(offset, stride);
  const valid = inRange(index, count);
  return { index, valid: stride === 1 ? valid : and(valid, eq(mul(index, stride), offset)) };
}

/** How far the last window reaches into the axis. */
const reachOf = ({ count, size, stride, dilation, before }: WindowAttributes): number =>
  (count - 1) * stride + (size - 1) * dilation + 1 - before;

const windowsRule: MovementRule<Movement<"windows">> = {
  shape: ({ dim, count, size }, [x]) => [...withSize(x!, dim, count), size],
  reads(op, _, out) {
    const { index, valid } = elementOf(op, out[op.dim]!, out.at(-1)!);
    return [{ input: 0, index: withIndex(out.slice(0, -1), op.dim, index), valid }];
  },
  transpose: (op, _, ȳ) => [foldWindows(ȳ, attributesOf(op))],
  drops: (op) => op.stride > 1 || op.dilation > 1 || reachOf(op) < op.n,
};

const transposedWindowsRule: MovementRule<Movement<"transposedWindows">> = {
  shape: ({ dim, n, size }, [x]) => [...withSize(x!, dim, n), size],
  reads(op, _, out) {
    const { index, valid } = windowOf(op, out[op.dim]!, out.at(-1)!);
    return [{ input: 0, index: withIndex(out.slice(0, -1), op.dim, index), valid }];
  },
  transpose: (op, _, ȳ) => [foldTransposedWindows(ȳ, attributesOf(op))],
  drops: (op) => op.before > 0 || reachOf(op) > op.n,
};

const skewRule: MovementRule<Movement<"skew">> = {
  shape: ({ dim, count, size }, [x]) => [...withSize(x!.slice(0, -1), dim, count), size],
  reads(op, _, out) {
    const { index, valid } = elementOf(op, out[op.dim]!, out.at(-1)!);
    return [{ input: 0, index: withIndex(out, op.dim, index), valid }];
  },
  transpose: (op, _, ȳ) => [unskew(ȳ, attributesOf(op))],
  drops: () => true,
};

const unskewRule: MovementRule<Movement<"unskew">> = {
  shape: ({ dim, n, size }, [x]) => [...withSize(x!.slice(0, -1), dim, n), size],
  reads(op, _, out) {
    const { index, valid } = windowOf(op, out[op.dim]!, out.at(-1)!);
    return [{ input: 0, index: withIndex(out, op.dim, index), valid }];
  },
  transpose: (op, _, ȳ) => [skew(ȳ, attributesOf(op))],
  drops: () => true,
};

const foldDisjointRule: MovementRule<Movement<"foldDisjoint">> = {
  shape: ({ dim, n }, [x]) => withSize(x!.slice(0, -1), dim, n),
  reads({ dim, count, size, stride, before }, _, out) {
    const i = add(out[dim]!, before);
    const o = floorDivide(i, stride);
    const k = sub(i, mul(o, stride));
    const valid = inRange(o, count);
    const index = [...withIndex(out, dim, o), k];
    return [{ input: 0, index, valid: size === stride ? valid : and(valid, inRange(k, size)) }];
  },
  transpose: (op, _, ȳ) => [slidingWindows(ȳ, attributesOf(op))],
};

export const windowRules = {
  windows: windowsRule,
  transposedWindows: transposedWindowsRule,
  skew: skewRule,
  unskew: unskewRule,
  foldDisjoint: foldDisjointRule,
};

type WindowMovement = Movement<keyof typeof windowRules>;

function attributesOf({ family, name, ...windows }: WindowMovement): WindowAttributes {
  return windows;
}

/** Every window along an axis; its elements are the last axis of the result. */
const slidingWindows = (x: Node, windows: WindowAttributes): Node =>
  move(windowsRule, { family: "movement", name: "windows", ...windows }, [x]);

/** For each element of the axis the windows that it is in, by its place in them, which is the last axis of the result. */
const transposedWindows = (x: Node, windows: WindowAttributes): Node =>
  move(transposedWindowsRule, { family: "movement", name: "transposedWindows", ...windows }, [x]);

const skew = (x: Node, windows: WindowAttributes): Node =>
  move(skewRule, { family: "movement", name: "skew", ...windows }, [x]);

const unskew = (y: Node, windows: WindowAttributes): Node =>
  move(unskewRule, { family: "movement", name: "unskew", ...windows }, [y]);

/** Windows added back to their axis: the transpose of `slidingWindows`. */
function foldWindows(y: Node, windows: WindowAttributes): Node {
  const { n, count, size, stride, dilation } = windows;
  if (dilation === 1 && size <= stride) return foldDisjoint(y, windows);
  // A contraction over windows multiplies with many more zeros where windows are few or far between.
  const isDense = stride === 1 && 4 * n <= 5 * count;
  const folded = isDense ? foldContraction(y, windows, transposedWindows) : null;
  return folded ?? broadcasting.sum(unskew(y, windows), -1);
}

/** The transpose of `transposedWindows`. */
const foldTransposedWindows = (y: Node, windows: WindowAttributes): Node =>
  foldContraction(y, windows, slidingWindows) ?? broadcasting.sum(skew(y, windows), -1);

/** Windows that do not overlap, back in their places: there is nothing to add up. */
function foldDisjoint(y: Node, windows: WindowAttributes): Node {
  const x = cast(y, promote(y.dtype, "int32"));
  return move(foldDisjointRule, { family: "movement", name: "foldDisjoint", ...windows }, [x]);
}

/**
 * The fold of a contraction a·b is a contraction over windows, where only a has the axis and only b has the elements of
 * the windows: so the gradient of a convolution is a convolution. Null for other nodes.
 */
function foldContraction(
  y: Node,
  windows: WindowAttributes,
  windowsOf: (x: Node, windows: WindowAttributes) => Node,
): Node | null {
  const { op } = y;
  const [a, b] = y.inputs;
  if (op.family !== "contraction" || !a || !b) return null;
  const [axisLetter, k] = [op.out[windows.dim]!, op.out.at(-1)!];
  const out = op.out.slice(0, -1);
  const onlyIn = (letter: string, own: string, other: string) =>
    own.includes(letter) && !other.includes(letter);
  const along = (x: Node, own: string) => windowsOf(x, { ...windows, dim: own.indexOf(axisLetter) });
  if (onlyIn(axisLetter, op.a, op.b) && onlyIn(k, op.b, op.a))
    return contract(op.name, along(a, op.a), b, { a: op.a + k, b: op.b, out, skip: op.skip });
  if (onlyIn(axisLetter, op.b, op.a) && onlyIn(k, op.a, op.b))
    return contract(op.name, a, along(b, op.b), { a: op.a, b: op.b + k, out, skip: op.skip });
  return null;
}

export interface WindowOptions {
  readonly stride?: number;
  readonly dilation?: number;
  /** Zeros before and after; one number means both. */
  readonly padding?: number | readonly [number, number];
}

function optionsOf(op: string, { stride = 1, dilation = 1, padding = 0 }: WindowOptions) {
  const [before, after] = typeof padding === "number" ? [padding, padding] : padding;
  if (
    ![stride, dilation].every((n) => Number.isInteger(n) && n >= 1) ||
    ![before, after].every((n) => Number.isInteger(n) && n >= 0)
  )
    fail(
      "value",
      op,
      `stride ${stride} and dilation ${dilation} must be integers ≥ 1, padding ${[before, after]} ≥ 0`,
    );
  return { stride, dilation, before, after };
}

/** Windows over a scalar as over a vector of one element, without their axis where there is only one. */
function ofScalar(x: Node, dim: number, size: number, options: WindowOptions): Node {
  const y = windowings.windows(broadcasting.reshape(x, [1]), axisOrNone("windows", dim, 0), size, options);
  return y.shape[0] === 1 ? broadcasting.reshape(y, [size]) : y;
}

/** Windows and their transpose, which convolutions and pools are made of. */
export const windowings = {
  /**
   * Sliding windows along `dim`, appended as the last axis: y[…o…, k] = x[…o·stride + k·dilation − padding…]. Its
   * transpose is `fold`.
   *
   * @param dim The axis.
   * @param size The number of elements of a window.
   * @param options.stride The distance of neighbouring windows; 1 by default.
   * @param options.dilation The distance of neighbouring elements of a window; 1 by default.
   * @param options.padding Zeros before and after; 0 by default.
   * @throws if a window is larger than the padded axis.
   *
   * @example
   * console.log(tensor([1, 2, 3]).windows(0, 2).toArray()); //=> [ [ 1, 2 ], [ 2, 3 ] ]
   */
  windows: row(
    (x: Node, dim: number, size: number, options: WindowOptions = {}): Node => {
      if (x.shape.length === 0) return ofScalar(x, dim, size, options);
      const d = axis("windows", dim, x.shape.length);
      const { after, ...along } = optionsOf("windows", options);
      const n = x.shape[d]!;
      const [length, reach] = [n + along.before + after, along.dilation * (size - 1) + 1];
      if (!Number.isInteger(size) || size < 1 || reach > length)
        fail(
          "shape",
          "windows",
          `a window of ${size} with dilation ${along.dilation} reaches over ${reach} of ${length} elements along dim ${d} of ${formatShape(x.shape)}`,
        );
      const count = Math.floor((length - reach) / along.stride) + 1;
      return slidingWindows(x, { dim: d, n, count, size, ...along });
    },
    [[6], 0, 3],
    [[2, 7], 1, 3, { stride: 2 }],
    [[5, 2], 0, 2, { dilation: 2, padding: 1 }],
    [[7, 2], 0, 2, { stride: 3, padding: [1, 0] }],
  ),

  /**
   * The windows of the last axis, added back to where `windows` reads them. Its transpose is `windows`.
   *
   * @param dim The axis of windows, which becomes the axis of elements.
   * @param n The size of the result along `dim`.
   * @param options.stride The distance of neighbouring windows; 1 by default.
   * @param options.dilation The distance of neighbouring elements of a window; 1 by default.
   * @param options.padding Zeros before and after; 0 by default.
   * @throws if the number of windows is not that of an axis of size n.
   *
   * @example
   * console.log(tensor([[1, 2], [2, 3]]).fold(0, 3).toArray()); //=> [ 1, 4, 3 ]
   */
  fold: row(
    (y: Node, dim: number, n: number, options: WindowOptions = {}): Node => {
      if (y.shape.length < 2)
        fail(
          "shape",
          "fold",
          `${formatShape(y.shape)} has no axis of windows before their elements, the last axis`,
        );
      const d = axis("fold", dim, y.shape.length - 1);
      const { after: _, ...along } = optionsOf("fold", options);
      const [count, size] = [y.shape[d], y.shape.at(-1)] as [number, number];
      return foldWindows(y, { dim: d, n, count, size, ...along });
    },
    [[4, 3], 0, 6],
    [[2, 3, 3], 1, 7, { stride: 2 }],
    [[5, 2, 2], 0, 5, { dilation: 2, padding: 1 }],
    [[3, 2, 2], 0, 7, { stride: 3, padding: [1, 0] }],
  ),
};

const windowOptions = { stride: "count", dilation: "count", padding: "size or sizes" } as const;

export const windowingArguments = {
  windows: { dim: "dim", size: "count", options: windowOptions },
  fold: { dim: "dim", n: "size", options: windowOptions },
} as const satisfies Signatures<typeof windowings>;
