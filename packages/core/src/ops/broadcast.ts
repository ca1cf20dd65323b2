import { type DType, promote, saturate } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Movement, Node, Reduction } from "../graph/node.ts";
import type { Expr, Scalar } from "../scalar/expr.ts";
import { add, floorDivide, mul, sub } from "../scalar/primitives.ts";
import { axes, checkShape, formatShape, type Shape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { row } from "./row.ts";

/** Dims to reduce: one, several, or all of them. */
export type Dims = number | readonly number[] | undefined;
/** Options of reductions. */
export interface KeepDim {
  /** Leave the reduced axes in place with size 1. */
  readonly keepdim?: boolean;
}

/** The arguments of an op over dims. */
export const overDims = { dims: "dim or dims?", options: { keepdim: "boolean" } } as const;

/** A movement of one input. */
export function move(
  name: string,
  attrs: Movement["attrs"],
  x: Node,
  shape: Shape,
  read: (out: readonly Expr[]) => { readonly index: readonly Scalar[]; readonly valid?: Expr | undefined },
  transpose: (ȳ: Node) => Node,
  drops = false,
): Node {
  const op: Movement = {
    family: "movement",
    name,
    attrs,
    reads: (out) => [{ input: 0, ...read(out) }],
    transpose: (ȳ) => [transpose(ȳ)],
    drops,
  };
  return build(op, [x], shape, x.dtype);
}

/** A reduction over `dims`, or a copy of `x` where there is nothing to reduce. */
export function reduce(
  fact: Pick<Reduction, "name" | "identity" | "combine" | "partial"> & {
    readonly position?: boolean;
    readonly shared?: boolean;
  },
  x: Node,
  dims: Dims,
  { keepdim = false }: KeepDim,
  dtype: DType,
): Node {
  const reduced = axes(fact.name, dims, x.shape.length);
  const kept = x.shape.map((n, i) => (reduced.includes(i) ? 1 : n));
  const shape = keepdim ? kept : x.shape.filter((_, i) => !reduced.includes(i));
  const { name, combine, partial, position: isArgReduction = false, shared = false } = fact;
  const identity = saturate(fact.identity, x.dtype);
  const attrs = { dims: reduced, keepdim };
  return build(
    { family: "reduction", name, attrs, dims: reduced, identity, combine, isArgReduction, partial, shared },
    [x],
    shape,
    dtype,
  );
}

/** The shape with one −1 filled in so that it holds `size` elements. */
function resolve(shape: readonly number[], from: Shape): Shape {
  const known = sizeOf(shape.filter((n) => n !== -1));
  const open = shape.filter((n) => n === -1).length;
  const filled = open === 1 && known > 0 ? shape.map((n) => (n === -1 ? sizeOf(from) / known : n)) : shape;
  if (open > 1 || filled.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(filled) !== sizeOf(from))
    fail(
      "shape",
      "reshape",
      `${formatShape(from)} has ${sizeOf(from)} elements, which do not fill ${formatShape(shape)}`,
    );
  return filled;
}

/** Expand, its transpose sum, and reshape: the three that broadcasting and its gradient are made of. */
export const broadcasting = {
  /** The same elements in row-major order under another shape; one size may be −1, which is worked out. */
  reshape: row(
    (x: Node, shape: readonly number[]): Node => {
      const from = x.shape;
      const to = resolve(shape, from);
      if (sameShape(to, from)) return x;
      const [reshaped] = x.op.name === "reshape" && x.value === null ? x.inputs : [];
      if (reshaped) return broadcasting.reshape(reshaped, to);
      const inner = stridesOf(from);
      const read = (out: readonly Expr[]) => {
        const outer = stridesOf(to);
        const flat = out.reduce<Scalar>((sum, i, k) => add(sum, mul(i, outer[k] as number)), 0);
        const index = from.map((n, k) => {
          const place = floorDivide(flat, inner[k] as number);
          return k === 0 ? place : sub(place, mul(floorDivide(place, n), n));
        });
        return { index };
      };
      return move("reshape", { shape: to }, x, to, read, (ȳ) => broadcasting.reshape(ȳ, from));
    },
    [
      [2, 3],
      [3, 2],
    ],
    [[4], [2, -1]],
    [[1], []],
    [
      [0, 3],
      [3, 0],
    ],
  ),

  /** Repeats axes of size 1, and adds leading ones, to reach `shape` (−1 keeps a size). Its transpose is `sum`. */
  expand: row(
    (x: Node, shape: readonly number[]): Node => {
      const from = x.shape;
      if (sameShape(shape, from)) return x;
      const lead = shape.length - from.length;
      const to = shape.map((n, i) => (n === -1 && i >= lead ? (from[i - lead] as number) : n));
      checkShape("expand", to);
      if (lead < 0 || from.some((n, i) => n !== 1 && n !== to[i + lead]))
        fail(
          "shape",
          "expand",
          `${formatShape(from)} does not expand to ${formatShape(shape)}: only axes of size 1 stretch`,
        );
      if (sameShape(to, from)) return x;
      const read = (out: readonly Expr[]) => ({
        index: from.map((n, i) => (n === 1 ? 0 : (out[i + lead] as Expr))),
      });
      const transpose = (ȳ: Node) => {
        const stretched = to.flatMap((n, i) => (i < lead || from[i - lead] !== n ? [i] : []));
        return broadcasting.reshape(broadcasting.sum(ȳ, stretched), from);
      };
      return move("expand", { shape: to }, x, to, read, transpose);
    },
    [[3], [2, 3]],
    [
      [2, 1],
      [2, 3],
    ],
    [[], [2]],
    [
      [1, 3],
      [0, 3],
    ],
  ),

  /** Σ x over `dims` (all by default); bool and int32 sum to int32, and nothing sums to 0. */
  sum: row(
    (x: Node, dims?: Dims, options: KeepDim = {}): Node => {
      return reduce(
        { name: "sum", identity: 0, combine: "add", partial: undefined },
        x,
        dims,
        options,
        promote(x.dtype, "int32"),
      );
    },
    [[2, 3]],
    [[2, 3], 0],
    [[2, 3, 2], [0, 2], { keepdim: true }],
    [[0, 3], 0],
  ),
};
