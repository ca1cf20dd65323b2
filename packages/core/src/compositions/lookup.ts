import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { readAt } from "../ops/indexing.ts";
import { iota } from "../ops/source.ts";
import { axisOrNone, broadcast, formatShape, sizeOf } from "../shape.ts";
import { splice } from "./shape.ts";

const { add, eq } = elementwiseOps;
const { reshape, expand } = broadcasting;

/** Elements and rows looked up by index. */
export const lookups = {
  /**
   * `gather`, where x and the index are broadcast against each other outside `dim`.
   *
   * @param index An int32 tensor with as many axes as x.
   * @param dim The axis; by default that of the flattened tensors.
   * @throws if an index is out of range.
   *
   * @example
   * const x = tensor([[3, 1], [2, 4]]);
   * console.log(x.takeAlongDim(x.argmax(1, { keepdim: true }), 1).toArray()); //=> [ [ 3 ], [ 4 ] ]
   */
  takeAlongDim(x: Node, index: Node, dim?: number): Node {
    if (dim === undefined) return readAt("takeAlongDim", reshape(x, [-1]), 0, reshape(index, [-1]));
    const d = axisOrNone("takeAlongDim", dim, x.shape.length);
    if (x.shape.length === 0) return readAt("takeAlongDim", x, d, index);
    if (index.shape.length !== x.shape.length)
      fail(
        "shape",
        "takeAlongDim",
        `the index ${formatShape(index.shape)} must have as many axes as ${formatShape(x.shape)}`,
      );
    const outer = broadcast("takeAlongDim", [splice(x.shape, d, 1, 1), splice(index.shape, d, 1, 1)]);
    const fit = (t: Node) => expand(t, splice(outer, d, 1, t.shape[d]!));
    return readAt("takeAlongDim", fit(x), d, fit(index));
  },

  /**
   * Rows of `weight` at the indices that this int32 tensor holds.
   *
   * @param weight A matrix [entries, width].
   * @returns A tensor of shape [...index.shape, width].
   * @throws if an index is out of range.
   *
   * @example
   * const weight = tensor([[1, 2], [3, 4], [5, 6]]);
   * console.log(tensor([2, 0], { dtype: "int32" }).embedding(weight).toArray()); //=> [ [ 5, 6 ], [ 1, 2 ] ]
   */
  embedding(index: Node, weight: Node): Node {
    if (weight.shape.length !== 2)
      fail("shape", "embedding", `the weight ${formatShape(weight.shape)} must be [entries, width]`);
    const width = weight.shape[1]!;
    const indices = expand(reshape(index, [-1, 1]), [sizeOf(index.shape), width]);
    return reshape(readAt("embedding", weight, 0, indices), [...index.shape, width]);
  },

  /**
   * One-hot vectors: 1 at each index and 0 elsewhere along a new last axis (int32).
   *
   * @param numClasses The size of the new axis.
   * @throws if this tensor is not int32, or an index is out of range.
   *
   * @example
   * console.log(tensor([2, 0], { dtype: "int32" }).oneHot(3).toArray()); //=> [ [ 0, 0, 1 ], [ 1, 0, 0 ] ]
   */
  oneHot(index: Node, numClasses: number): Node {
    if (index.dtype !== "int32")
      fail(
        "dtype",
        "oneHot",
        `the index is ${index.dtype}; it must be int32. Did you mean index.to("int32")?`,
      );
    const classes = iota([numClasses], 0, "int32");
    // The index is looked up before it is compared, because a lookup checks its range.
    const checked = readAt("oneHot", classes, 0, reshape(index, [-1]));
    return add(eq(reshape(checked, [...index.shape, 1]), classes), 0);
  },
};

export const lookupArguments = {
  takeAlongDim: { index: "tensor", dim: "dim?" },
  embedding: { weight: "tensor" },
  oneHot: { numClasses: "size" },
} as const satisfies Signatures<typeof lookups>;
