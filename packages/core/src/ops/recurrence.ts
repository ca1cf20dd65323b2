import type { Signatures } from "../arguments.ts";
import { promote } from "../dtype.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Recurrence } from "../graph/op.ts";
import { axisOrNone, sizeOf } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { movements } from "./movement.ts";
import { row } from "./row.ts";
import { iota, scalar } from "./source.ts";

const { mul, eq, where } = elementwiseOps;

/**
 * yᵢ = aᵢ·yᵢ₋₁ + bᵢ along `dim` from y₋₁ = 0, or backwards from the end. Running sums, running products and
 * their gradients are all of this form, and so is its own gradient. With `skip`, yᵢ₋₁ = 0 gives bᵢ whatever aᵢ is.
 */
export function recurrence(a: Node, b: Node, dim: number, reverse: boolean, skip = false): Node {
  const op: Recurrence = { family: "recurrence", name: "recurrence", dim, reverse, skip };
  return build(op, [a, b], b.shape, b.dtype);
}

/** yᵢ = xᵢ₋₁, with 0 entering at the front; at the end where `reverse`. */
export function shift(x: Node, dim: number, reverse: boolean): Node {
  if (x.shape[dim] === 0) return x;
  const inner = 2 * (x.shape.length - 1 - dim);
  return movements.padZeros(x, [...new Array<number>(inner).fill(0), ...(reverse ? [-1, 1] : [1, -1])]);
}

const isFirst = (x: Node, dim: number, reverse: boolean): Node =>
  eq(iota(x.shape, dim, "int32"), reverse ? x.shape[dim]! - 1 : 0);

/** ∏ of the elements strictly before each place along `dim`; strictly after it where `reverse`. */
function exclusiveProduct(x: Node, dim: number, reverse: boolean): Node {
  const one = scalar(1, x.dtype);
  return recurrence(
    shift(x, dim, reverse),
    where(isFirst(x, dim, reverse), one, scalar(0, x.dtype)),
    dim,
    reverse,
  );
}

/** ∏_{j≠i} xⱼ over axes `dims`, without dividing. */
export function productOfOthers(x: Node, dims: readonly number[]): Node {
  if (sizeOf(x.shape) === 0) return x;
  const kept = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const order = [...kept, ...dims];
  const moved = movements.permute(x, order);
  const flat = broadcasting.reshape(moved, [...kept.map((i) => x.shape[i]!), -1]);
  const others = mul(exclusiveProduct(flat, kept.length, false), exclusiveProduct(flat, kept.length, true));
  return movements.permute(
    broadcasting.reshape(others, moved.shape),
    order.map((_, i) => order.indexOf(i)),
  );
}

/** Running results along an axis. */
export const recurrences = {
  /**
   * Cumulative sums along `dim`: yᵢ = x₀ + … + xᵢ.
   *
   * @param dim The axis.
   *
   * @example
   * console.log(tensor([1, 2, 3]).cumsum(0).toArray()); //=> [ 1, 3, 6 ]
   */
  cumsum: row(
    (x: Node, dim: number): Node => {
      const d = axisOrNone("cumsum", dim, x.shape.length);
      if (x.shape.length === 0) return x;
      const b = cast(x, promote(x.dtype, "int32"));
      return recurrence(broadcasting.expand(scalar(1, b.dtype), b.shape), b, d, false);
    },
    [[4], 0],
    [[2, 3], -1],
    [[0, 2], 0],
  ),

  /**
   * Cumulative products along `dim`: yᵢ = x₀·…·xᵢ.
   *
   * @param dim The axis.
   *
   * @example
   * console.log(tensor([2, 3, 4]).cumprod(0).toArray()); //=> [ 2, 6, 24 ]
   */
  cumprod: row(
    (x: Node, dim: number): Node => {
      const d = axisOrNone("cumprod", dim, x.shape.length);
      if (x.shape.length === 0) return x;
      const a = cast(x, promote(x.dtype, "int32"));
      return recurrence(a, where(isFirst(a, d, false), a, scalar(0, a.dtype)), d, false);
    },
    [[4], 0],
    [[2, 3], -1],
  ),
};

export const recurrenceArguments = {
  cumsum: { dim: "dim" },
  cumprod: { dim: "dim" },
} as const satisfies Signatures<typeof recurrences>;
