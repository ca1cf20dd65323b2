import type { Signatures } from "../arguments.ts";
import { promote } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Movement, Node } from "../graph/node.ts";
import type { Expr, Scalar } from "../scalar/expr.ts";
import { add, and, eq, floorDivide, le, lt, mul, sub } from "../scalar/primitives.ts";
import { axes, axis, formatShape, type Shape, sameShape } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting, move } from "./broadcast.ts";
import { requireNode, row } from "./row.ts";

export const resized = (shape: Shape, dim: number, n: number): Shape =>
  shape.map((m, i) => (i === dim ? n : m));

export const replaced = (index: readonly Scalar[], dim: number, i: Scalar): readonly Scalar[] =>
  index.map((o, k) => (k === dim ? i : o));

export const within = (i: Expr, n: number): Expr => and(le(0, i), lt(i, n));

/** Puts x at places start, start + step, … of `n` zeros along `dim`. Its transpose is `take`. */
function place(x: Node, dim: number, n: number, start: number, step: number): Node {
  const count = x.shape[dim] as number;
  const read = (out: readonly Expr[]) => {
    const offset = sub(out[dim] as Expr, start);
    const i = floorDivide(offset, step);
    const valid = within(i, count);
    return {
      index: replaced(out, dim, i),
      valid: Math.abs(step) === 1 ? valid : and(valid, eq(mul(i, step), offset)),
    };
  };
  const shape = resized(x.shape, dim, n);
  return move("place", { dim, n, start, step }, x, shape, read, (ȳ) => take(ȳ, dim, count, start, step));
}

/** The `count` elements at start, start + step, … along `dim`. Its transpose is `place`. */
function take(x: Node, dim: number, count: number, start: number, step: number): Node {
  const n = x.shape[dim] as number;
  if (start === 0 && step === 1 && count === n) return x;
  const read = (out: readonly Expr[]) => ({
    index: replaced(out, dim, add(start, mul(step, out[dim] as Expr))),
  });
  const shape = resized(x.shape, dim, count);
  const transpose = (ȳ: Node) => place(ȳ, dim, n, start, step);
  return move("slice", { dim, count, start, step }, x, shape, read, transpose, count < n);
}

/** Slice bounds as Python's: negative counts from the end, beyond the end is the end. */
function bound(
  i: number | null | undefined,
  n: number,
  otherwise: number,
  low: number,
  high: number,
): number {
  if (i === null || i === undefined) return otherwise;
  return Math.max(low, Math.min(high, i < 0 ? i + n : i));
}

/** Movements: each output element is one input element, or zero. */
export const movements = {
  /** The elements in row-major order in another shape; one size may be −1 and follows from the others. */
  reshape: broadcasting.reshape,

  /** Axes of size 1 repeated, and leading ones added, to reach `shape`; −1 keeps a size. */
  expand: broadcasting.expand,

  /** Axes in another order: y's axis i is x's axis dims[i]. */
  permute: row(
    (x: Node, dims: readonly number[]): Node => {
      const from = x.shape;
      const order = dims.map((d) => axis("permute", d, from.length));
      if (order.length !== from.length || new Set(order).size !== order.length)
        fail(
          "dim",
          "permute",
          `dims ${formatShape(dims)} must name each of the ${from.length} axes of ${formatShape(from)} once`,
        );
      if (order.every((d, i) => d === i)) return x;
      const inverse = order.map((_, i) => order.indexOf(i));
      const shape = order.map((d) => from[d] as number);
      const read = (out: readonly Expr[]) => ({ index: inverse.map((i) => out[i] as Expr) });
      return move("permute", { dims: order }, x, shape, read, (ȳ) => movements.permute(ȳ, inverse));
    },
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 3],
      [-1, 0],
    ],
  ),

  /** Every `step`-th element along `dim` from `start` up to and without `stop`; negative counts from the end, a negative step goes backwards. */
  slice: row(
    (x: Node, dim: number, start?: number | null, stop?: number | null, step = 1): Node => {
      const d = axis("slice", dim, x.shape.length);
      const n = x.shape[d] as number;
      if (!Number.isInteger(step) || step === 0)
        fail("value", "slice", `step ${step} must be a whole number other than 0`);
      if (![start ?? 0, stop ?? 0].every(Number.isInteger))
        fail("value", "slice", `bounds ${start} and ${stop} must be whole numbers`);
      const first = step > 0 ? bound(start, n, 0, 0, n) : bound(start, n, n - 1, -1, n - 1);
      const end = step > 0 ? bound(stop, n, n, 0, n) : bound(stop, n, -1, -1, n - 1);
      return take(x, d, Math.max(0, Math.ceil((end - first) / step)), first, step);
    },
    [[5], 0, 1, 4],
    [[2, 7], 1, null, null, 3],
    [[5], -1, null, null, -2],
    [[3, 4], 0, -2],
    [[4], 0, 3, 1],
  ),

  /** x between zeros, or cropped where a number is negative: (before, after) pairs from the last axis on, as PyTorch's. */
  padZeros: row(
    (x: Node, pads: readonly number[]): Node => {
      if (pads.length % 2 !== 0 || pads.length > 2 * x.shape.length || !pads.every(Number.isInteger))
        fail(
          "shape",
          "pad",
          `${formatShape(pads)} must be (before, after) pairs of whole numbers for at most ${x.shape.length} axes`,
        );
      let y = x;
      for (let k = 0; k < pads.length / 2; k++) {
        const dim = x.shape.length - 1 - k;
        const [before, after] = [pads[2 * k] as number, pads[2 * k + 1] as number];
        const n = y.shape[dim] as number;
        if (n + before + after < 0 || n + Math.min(before, 0) + Math.min(after, 0) < 0)
          fail("shape", "pad", `padding ${before}, ${after} leaves nothing of axis ${dim} of size ${n}`);
        const [low, high] = [Math.max(0, -before), n - Math.max(0, -after)];
        y = take(y, dim, high - low, low, 1);
        if (before > 0 || after > 0) y = place(y, dim, n + before + after, Math.max(0, before), 1);
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

  /** The order along `dims` reversed: yᵢ = xₙ₋₁₋ᵢ. */
  flip: row(
    (x: Node, dims?: number | readonly number[]): Node =>
      axes("flip", dims, x.shape.length).reduce(
        (y, d) => take(y, d, y.shape[d] as number, (y.shape[d] as number) - 1, -1),
        x,
      ),
    [[2, 3], 1],
    [
      [2, 3],
      [0, 1],
    ],
    [[0, 3], 0],
  ),

  /** Elements moved on by `shifts` along `dims`, those that fall off the end entering at the front; without dims on the flattened tensor. */
  roll: row(
    (x: Node, shifts: number | readonly number[], dims?: number | readonly number[]): Node => {
      if (![shifts].flat().every(Number.isInteger))
        fail("value", "roll", `shifts ${[shifts].flat()} must be whole numbers`);
      if (dims === undefined)
        return broadcasting.reshape(movements.roll(broadcasting.reshape(x, [-1]), shifts, 0), x.shape);
      const by = [shifts].flat();
      const { shape } = x;
      const along = [dims].flat().map((d) => axis("roll", d, shape.length));
      if (by.length !== along.length)
        fail("value", "roll", `${by.length} shifts for ${along.length} dims; give one for each`);
      const read = (out: readonly Expr[]) => {
        let index: readonly Scalar[] = out;
        along.forEach((d, k) => {
          const n = shape[d] as number;
          const from = sub(index[d] as Expr, by[k] as number);
          index = replaced(index, d, sub(from, mul(floorDivide(from, n), n)));
        });
        return { index };
      };
      const transpose = (ȳ: Node) =>
        movements.roll(
          ȳ,
          by.map((n) => -n),
          along,
        );
      return move("roll", { shifts: by, dims: along }, x, shape, read, transpose);
    },
    [[5], 2, 0],
    [[2, 3], -1],
    [
      [2, 3],
      [1, 2],
      [0, 1],
    ],
  ),

  /** The diagonal of axes dim1 and dim2, as the last axis: y[…, i] = x[…, i, i + offset]. */
  diagonal: row(
    (x: Node, offset = 0, dim1 = 0, dim2 = 1): Node => {
      const from = x.shape;
      const rank = from.length;
      const [d1, d2] = [axis("diagonal", dim1, rank), axis("diagonal", dim2, rank)];
      if (d1 === d2) fail("dim", "diagonal", `dim1 and dim2 are both ${d1}; a diagonal needs two axes`);
      const [rows, columns] = [from[d1] as number, from[d2] as number];
      const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
      const rest = from.map((_, i) => i).filter((i) => i !== d1 && i !== d2);
      const shape = [
        ...rest.map((i) => from[i] as number),
        Math.max(0, Math.min(rows - down, columns - right)),
      ];
      const read = (out: readonly Expr[]) => {
        const i = out.at(-1) as Expr;
        return {
          index: from.map((_, k) =>
            k === d1 ? add(i, down) : k === d2 ? add(i, right) : (out[rest.indexOf(k)] as Expr),
          ),
        };
      };
      const transpose = (ȳ: Node) => {
        const full = movements.diagEmbed(ȳ, offset);
        const [extraRows, extraColumns] = [
          rows - (full.shape.at(-2) as number),
          columns - (full.shape.at(-1) as number),
        ];
        const padded = movements.padZeros(full, [0, extraColumns, 0, extraRows]);
        return movements.permute(
          padded,
          from.map((_, k) => (k === d1 ? rank - 2 : k === d2 ? rank - 1 : rest.indexOf(k))),
        );
      };
      return move("diagonal", { offset, dim1: d1, dim2: d2 }, x, shape, read, transpose, true);
    },
    [[3, 4]],
    [[3, 4, 2], 1, 2, 0],
    [[2, 4], -1],
  ),

  /** Matrices with the last axis of x on their diagonal and zeros elsewhere: y[…, i, i + offset] = x[…, i]. */
  diagEmbed: row(
    (x: Node, offset = 0): Node => {
      if (x.shape.length === 0)
        fail("shape", "diagEmbed", "a scalar has no axis to lay on a diagonal. Did you mean x.reshape([1])?");
      const count = x.shape.at(-1) as number;
      const n = count + Math.abs(offset);
      const read = (out: readonly Expr[]) => {
        const [r, c] = [out.at(-2) as Expr, out.at(-1) as Expr];
        const i = sub(r, Math.max(0, -offset));
        const onDiagonal = and(eq(sub(c, r), offset), within(i, count));
        return { index: [...out.slice(0, -2), i], valid: onDiagonal };
      };
      const shape = [...x.shape.slice(0, -1), n, n];
      return move("diagEmbed", { offset }, x, shape, read, (ȳ) => movements.diagonal(ȳ, offset, -2, -1));
    },
    [[3]],
    [[2, 3], 1],
    [[2], -2],
  ),
};

/** Tensors joined along `dim`; all other sizes must agree. */
export function cat(tensors: readonly Node[], dim = 0): Node {
  for (const x of tensors) requireNode("cat", x);
  const first = tensors[0] ?? fail("value", "cat", "nothing to join: give at least one tensor");
  const d = axis("cat", dim, first.shape.length);
  for (const x of tensors)
    if (
      x.shape.length !== first.shape.length ||
      !sameShape(resized(x.shape, d, 0), resized(first.shape, d, 0))
    )
      fail(
        "shape",
        "cat",
        `${tensors.map((t) => formatShape(t.shape)).join(" · ")} differ in more than dim ${d}`,
      );
  if (tensors.length === 1) return first;
  const dtype = tensors.reduce((t, x) => promote(t, x.dtype), first.dtype);
  const inputs = tensors.map((x) => cast(x, dtype));
  const sizes = inputs.map((x) => x.shape[d] as number);
  let total = 0;
  const starts = sizes.map((size) => {
    total += size;
    return total - size;
  });
  const op: Movement = {
    family: "movement",
    name: "cat",
    attrs: { dim: d },
    reads: (out) =>
      sizes.map((size, k) => {
        const i = sub(out[d] as Expr, starts[k] as number);
        return { input: k, index: replaced(out, d, i), valid: within(i, size) };
      }),
    joins: d,
    transpose: (ȳ) => starts.map((start, k) => take(ȳ, d, sizes[k] as number, start, 1)),
  };
  return build(op, inputs, resized(first.shape, d, total), dtype);
}

export const movementArguments = {
  reshape: { shape: "open shape..." },
  expand: { shape: "open shape..." },
  permute: { dims: "dims..." },
  slice: { dim: "dim", start: "bound?", stop: "bound?", step: "integer?" },
  padZeros: { pads: "integers" },
  flip: { dims: "dim or dims?..." },
  roll: { shifts: "integer or integers", dims: "dim or dims?" },
  diagonal: { offset: "integer?", dim1: "dim?", dim2: "dim?" },
  diagEmbed: { offset: "integer?" },
} as const satisfies Signatures<typeof movements>;

export const catArguments = { tensors: "tensors", dim: "dim?" } as const;
