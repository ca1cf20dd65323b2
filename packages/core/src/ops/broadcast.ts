import { type DType, promote } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Movement, ReductionName } from "../graph/op.ts";
import type { Scalar } from "../scalar/expr.ts";
import { add, floorDivide, mul, sub } from "../scalar/primitives.ts";
import { axes, checkShape, formatShape, type Shape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { isMovement, type MovementRule, move } from "./movement-rule.ts";
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

/** A reduction over `dims`. */
export function reduce(
  name: ReductionName,
  x: Node,
  dims: Dims,
  { keepdim = false }: KeepDim,
  dtype: DType,
): Node {
  const reduced = axes(name, dims, x.shape.length);
  const kept = x.shape.map((n, i) => (reduced.includes(i) ? 1 : n));
  const shape = keepdim ? kept : x.shape.filter((_, i) => !reduced.includes(i));
  return build({ family: "reduction", name, dims: reduced, keepdim }, [x], shape, dtype);
}

/** The shape with one −1 filled in so that it holds `size` elements. */
function inferSize(shape: readonly number[], from: Shape): Shape {
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

const reshapeRule: MovementRule<Movement<"reshape">> = {
  shape: ({ shape }) => shape,
  reads({ shape }, [from], out) {
    const [outer, inner] = [stridesOf(shape), stridesOf(from!)];
    const flat = out.reduce<Scalar>((sum, i, k) => add(sum, mul(i, outer[k]!)), 0);
    const index = from!.map((n, k) => {
      const rows = floorDivide(flat, inner[k]!);
      return k === 0 ? rows : sub(rows, mul(floorDivide(rows, n), n));
    });
    return [{ input: 0, index }];
  },
  transpose: (_, [from], ȳ) => [broadcasting.reshape(ȳ, from!)],
};

const expandRule: MovementRule<Movement<"expand">> = {
  shape: ({ shape }) => shape,
  reads({ shape }, [from], out) {
    const lead = shape.length - from!.length;
    return [{ input: 0, index: from!.map((n, i) => (n === 1 ? 0 : out[i + lead]!)) }];
  },
  transpose({ shape }, [from], ȳ) {
    const lead = shape.length - from!.length;
    const stretched = shape.flatMap((n, i) => (i < lead || from![i - lead] !== n ? [i] : []));
    return [broadcasting.reshape(broadcasting.sum(ȳ, stretched), from!)];
  },
};

/** The rules of the movements that broadcasting is made of. */
export const broadcastRules = { reshape: reshapeRule, expand: expandRule };

/** Expand, its transpose sum, and reshape: broadcasting and its gradient consist of these three. */
export const broadcasting = {
  /**
   * The same elements in row-major order under another shape.
   *
   * @param shape The sizes; one may be −1, and is computed from the others.
   * @throws if the sizes do not hold as many elements as x has.
   *
   * @example
   * console.log(tensor([1, 2, 3, 4]).reshape([2, -1]).toArray()); //=> [ [ 1, 2 ], [ 3, 4 ] ]
   */
  reshape: row(
    (x: Node, shape: readonly number[]): Node => {
      const from = x.shape;
      const to = inferSize(shape, from);
      if (sameShape(to, from)) return x;
      const [base] = isMovement(x.op, "reshape") && x.value === null ? x.inputs : [];
      if (base) return broadcasting.reshape(base, to);
      return move(reshapeRule, { family: "movement", name: "reshape", shape: to }, [x]);
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

  /**
   * Repeats axes of size 1, and adds leading ones, to reach `shape`. Its transpose is `sum`.
   *
   * @param shape The sizes; −1 keeps the size of the axis.
   * @throws if another axis than one of size 1 would have to change.
   *
   * @example
   * console.log(tensor([1, 2]).expand([2, -1]).toArray()); //=> [ [ 1, 2 ], [ 1, 2 ] ]
   */
  expand: row(
    (x: Node, shape: readonly number[]): Node => {
      const from = x.shape;
      if (sameShape(shape, from)) return x;
      const lead = shape.length - from.length;
      const to = shape.map((n, i) => (n === -1 && i >= lead ? from[i - lead]! : n));
      checkShape("expand", to);
      if (lead < 0 || from.some((n, i) => n !== 1 && n !== to[i + lead]))
        fail(
          "shape",
          "expand",
          `${formatShape(from)} does not expand to ${formatShape(shape)}: only axes of size 1 stretch`,
        );
      if (sameShape(to, from)) return x;
      return move(expandRule, { family: "movement", name: "expand", shape: to }, [x]);
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

  /**
   * The sum Σ x over `dims`; bool and int32 sum to int32, and the sum of nothing is 0.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).sum(0).toArray()); //=> [ 4, 6 ]
   */
  sum: row(
    (x: Node, dims?: Dims, options: KeepDim = {}): Node => {
      return reduce("sum", x, dims, options, promote(x.dtype, "int32"));
    },
    [[2, 3]],
    [[2, 3], 0],
    [[2, 3, 2], [0, 2], { keepdim: true }],
    [[0, 3], 0],
  ),
};
