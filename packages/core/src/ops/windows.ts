import type { Signatures } from "../arguments.ts";
import { promote } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Expr } from "../scalar/expr.ts";
import { add, and, eq, floorDivide, mul, sub } from "../scalar/primitives.ts";
import { axis, axisOrNone, formatShape } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting, move } from "./broadcast.ts";
import { contract } from "./contract.ts";
import { replaced, resized, within } from "./movement.ts";
import { row } from "./row.ts";

/** How windows lie along axis `dim`: element k of window o is element o·stride + k·dilation − before of the axis. */
interface Slide {
  readonly dim: number;
  /** Elements of the axis. */
  readonly n: number;
  /** Windows, and elements of each. */
  readonly count: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

type Direction = "windows" | "places";

/** Where along the axis element k of window o lies, and where that is outside of it. */
function elementOf({ n, count, size, stride, dilation, before }: Slide, o: Expr, k: Expr) {
  const index = sub(add(mul(o, stride), mul(k, dilation)), before);
  const inside = before === 0 && (count - 1) * stride + (size - 1) * dilation < n;
  return { index, valid: inside ? undefined : within(index, n) };
}

/** Whether some elements of the axis are in no window, or some of a window lie outside the axis. */
function leavesOut({ n, count, size, stride, dilation, before }: Slide, to: Direction): boolean {
  const reach = (count - 1) * stride + (size - 1) * dilation + 1 - before;
  return to === "windows" ? stride > 1 || dilation > 1 || reach < n : before > 0 || reach > n;
}

/** The window whose element k is element i of the axis, and whether there is one. */
function windowOf({ count, stride, dilation, before }: Slide, i: Expr, k: Expr) {
  const offset = sub(add(i, before), mul(k, dilation));
  const index = floorDivide(offset, stride);
  const valid = within(index, count);
  return { index, valid: stride === 1 ? valid : and(valid, eq(mul(index, stride), offset)) };
}

/**
 * Each element k of every window read off the axis ("windows"), or each element of the axis off the window whose
 * element k it is ("places"); k is the last axis of the result. Where x has such an axis too, it is `apart`, k is read
 * from k alone, and the two directions are each other's transpose.
 */
function slide(x: Node, s: Slide, to: Direction, apart: boolean): Node {
  const back = to === "windows" ? "places" : "windows";
  const name = apart ? (to === "windows" ? "skew" : "unskew") : to;
  const [length, from] = to === "windows" ? [s.count, elementOf] : [s.n, windowOf];
  const outer = apart ? x.shape.slice(0, -1) : x.shape;
  const read = (out: readonly Expr[]) => {
    const { index, valid } = from(s, out[s.dim] as Expr, out.at(-1) as Expr);
    return { index: replaced(apart ? out : out.slice(0, -1), s.dim, index), valid };
  };
  const shape = [...resized(outer, s.dim, length), s.size];
  const transpose = (ȳ: Node) => (apart ? slide(ȳ, s, back, true) : collect(ȳ, s, back));
  return move(name, { ...s }, x, shape, read, transpose, apart || leavesOut(s, to));
}

/** Σₖ of what `slide` gives: the transpose of `slide` the other way. */
function collect(y: Node, s: Slide, to: Direction): Node {
  const apart = to === "places" && s.dilation === 1 && s.size <= s.stride;
  if (apart) return join(cast(y, promote(y.dtype, "int32")), s);
  return ofProduct(y, s, to) ?? broadcasting.sum(slide(y, s, to, true), -1);
}

/** Windows that do not overlap, back in their places: there is nothing to add up. */
function join(y: Node, s: Slide): Node {
  const read = (out: readonly Expr[]) => {
    const i = add(out[s.dim] as Expr, s.before);
    const o = floorDivide(i, s.stride);
    const k = sub(i, mul(o, s.stride));
    const valid = within(o, s.count);
    const index = [...replaced(out, s.dim, o), k];
    return { index, valid: s.size === s.stride ? valid : and(valid, within(k, s.size)) };
  };
  const shape = resized(y.shape.slice(0, -1), s.dim, s.n);
  return move("join", { ...s }, y, shape, read, (ȳ) => slide(ȳ, s, "windows", false));
}

/**
 * Σₖ of slid products a·b, where only a has the axis and only b has k, as one product of a's windows and b: so the
 * gradient of a convolution is a convolution. Not worth it where it would multiply with many more zeros.
 */
function ofProduct(y: Node, s: Slide, to: Direction): Node | null {
  const { op } = y;
  const zeros = to === "places" && (s.stride > 1 || 4 * s.n > 5 * s.count);
  if (op.family !== "contraction" || y.inputs.length === 0 || zeros) return null;
  const [place, k] = [op.out[s.dim] as string, op.out.at(-1) as string];
  const out = op.out.slice(0, -1);
  const [a, b] = y.inputs as [Node, Node];
  const alone = (l: string, own: string, other: string) => own.includes(l) && !other.includes(l);
  const windows = (x: Node, own: string) => slide(x, { ...s, dim: own.indexOf(place) }, to, false);
  if (alone(place, op.a, op.b) && alone(k, op.b, op.a))
    return contract(op.name, windows(a, op.a), b, { a: op.a + k, b: op.b, out, skip: op.skip });
  if (alone(place, op.b, op.a) && alone(k, op.a, op.b))
    return contract(op.name, a, windows(b, op.b), { a: op.a, b: op.b + k, out, skip: op.skip });
  return null;
}

export interface WindowOptions {
  readonly stride?: number;
  readonly dilation?: number;
  /** Zeros before and after; one number stands for both. */
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
      `stride ${stride} and dilation ${dilation} must be whole numbers ≥ 1, padding ${[before, after]} ≥ 0`,
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
  /** Sliding windows along `dim`, appended as the last axis: y[…o…, k] = x[…o·stride + k·dilation − padding…]. Its transpose is `fold`. */
  windows: row(
    (x: Node, dim: number, size: number, options: WindowOptions = {}): Node => {
      if (x.shape.length === 0) return ofScalar(x, dim, size, options);
      const d = axis("windows", dim, x.shape.length);
      const { after, ...along } = optionsOf("windows", options);
      const n = x.shape[d] as number;
      const [length, reach] = [n + along.before + after, along.dilation * (size - 1) + 1];
      if (!Number.isInteger(size) || size < 1 || reach > length)
        fail(
          "shape",
          "windows",
          `a window of ${size} with dilation ${along.dilation} reaches over ${reach} of ${length} elements along dim ${d} of ${formatShape(x.shape)}`,
        );
      const count = Math.floor((length - reach) / along.stride) + 1;
      return slide(x, { dim: d, n, count, size, ...along }, "windows", false);
    },
    [[6], 0, 3],
    [[2, 7], 1, 3, { stride: 2 }],
    [[5, 2], 0, 2, { dilation: 2, padding: 1 }],
    [[7, 2], 0, 2, { stride: 3, padding: [1, 0] }],
  ),

  /** Windows (the last axis) added back to where they were read along `dim` of size n. Its transpose is `windows`. */
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
      return collect(y, { dim: d, n, count, size, ...along }, "places");
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
