import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { beside } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { readAt, writeAt } from "../ops/indexing.ts";
import { type Operand, requireNode } from "../ops/row.ts";
import { axisOrNone, formatShape, sizeOf } from "../shape.ts";
import { splice } from "./shape.ts";

const { reshape, expand } = broadcasting;

/** The 1-d `index` along axis `dim` of x, repeated over the other axes, as gather and scatter take it. */
function broadcastIndex(op: string, x: Node, dim: number, index: Node): readonly [dim: number, index: Node] {
  requireNode(op, index);
  const d = axisOrNone(op, dim, x.shape.length);
  if (index.shape.length > 1)
    fail("shape", op, `the index ${formatShape(index.shape)} must be a vector of indices`);
  const shape = x.shape.length === 0 ? [1] : x.shape;
  const column = reshape(
    index,
    shape.map((_, i) => (i === d ? -1 : 1)),
  );
  return [d, expand(column, splice(shape, d, 1, column.shape[d]!))];
}

/** Reading and writing the slices at a vector of indices (int32) along one axis. */
export const indexLists = {
  /**
   * The slices of x at the indices that a vector lists.
   *
   * @param dim The axis.
   * @param index An int32 vector.
   * @throws if an index is out of range.
   *
   * @example
   * console.log(tensor([5, 6, 7]).indexSelect(0, tensor([2, 0], { dtype: "int32" })).toArray()); //=> [ 7, 5 ]
   */
  indexSelect(x: Node, dim: number, index: Node): Node {
    requireNode("indexSelect", index);
    if (x.shape.length === 0) {
      const d = axisOrNone("indexSelect", dim, 0);
      if (sizeOf(index.shape) === 1) return readAt("indexSelect", x, d, reshape(index, []));
      fail("shape", "indexSelect", `the index ${formatShape(index.shape)} of a scalar must have one element`);
    }
    return readAt("indexSelect", x, ...broadcastIndex("indexSelect", x, dim, index));
  },

  /**
   * x with slices added at the indices that a vector lists; repeated indices accumulate.
   *
   * @param dim The axis.
   * @param index An int32 vector.
   * @param src The slices, in the shape that `x.indexSelect(dim, index)` has.
   * @throws if an index is out of range.
   *
   * @example
   * console.log(zeros(3).indexAdd(0, tensor([2, 2], { dtype: "int32" }), ones(2)).toArray()); //=> [ 0, 0, 2 ]
   */
  indexAdd(x: Node, dim: number, index: Node, src: Node): Node {
    return writeAt("indexAdd", "scatterAdd", x, ...broadcastIndex("indexAdd", x, dim, index), src);
  },

  /**
   * x with slices written at the indices that a vector lists; of a repeated index the last slice stays.
   *
   * @param dim The axis.
   * @param index An int32 vector.
   * @param src The slices, in the shape that `x.indexSelect(dim, index)` has.
   * @throws if an index is out of range.
   *
   * @example
   * console.log(zeros(3).indexCopy(0, tensor([2, 0], { dtype: "int32" }), tensor([5, 6])).toArray()); //=> [ 6, 0, 5 ]
   */
  indexCopy(x: Node, dim: number, index: Node, src: Node): Node {
    return writeAt("indexCopy", "scatter", x, ...broadcastIndex("indexCopy", x, dim, index), src);
  },

  /**
   * x with one value at the indices that a vector lists.
   *
   * @param dim The axis.
   * @param index An int32 vector.
   * @param value A number or a 0-d tensor.
   * @throws if an index is out of range.
   *
   * @example
   * console.log(zeros(3).indexFill(0, tensor([0, 2], { dtype: "int32" }), 7).toArray()); //=> [ 7, 0, 7 ]
   */
  indexFill(x: Node, dim: number, index: Node, value: Operand): Node {
    const [d, indices] = broadcastIndex("indexFill", x, dim, index);
    return writeAt("indexFill", "scatter", x, d, indices, expand(beside(x, value), indices.shape));
  },
};

export const indexListArguments = {
  indexSelect: { dim: "dim", index: "tensor" },
  indexAdd: { dim: "dim", index: "tensor", src: "tensor" },
  indexCopy: { dim: "dim", index: "tensor", src: "tensor" },
  indexFill: { dim: "dim", index: "tensor", value: "operand" },
} as const satisfies Signatures<typeof indexLists>;
