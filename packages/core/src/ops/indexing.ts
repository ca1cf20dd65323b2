import type { Signatures } from "../arguments.ts";
import { promote } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Indexing } from "../graph/op.ts";
import { axisOrNone, formatShape, type Shape, sameShape } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { requireNode, row } from "./row.ts";

/** Throws where an index does not fall into 0 … size − 1; `dim` and `size` say of which axis. */
export function checkIndices(op: string, indices: ArrayLike<number>, dim: number, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i]!;
    if (at < 0 || at >= size) fail("index", op, `index ${at} is out of range for dim ${dim} of size ${size}`);
  }
}

function indexing(
  name: string,
  mode: Indexing["mode"],
  dim: number,
  inputs: readonly [Node, ...Node[]],
  index: Node,
  shape: Shape,
): Node {
  const [x] = inputs;
  if (index.dtype !== "int32")
    fail("dtype", name, `the index is ${index.dtype}; it must be int32. Did you mean index.to("int32")?`);
  if (index.shape.length !== x.shape.length || index.shape.some((n, i) => i !== dim && n > x.shape[i]!))
    fail(
      "shape",
      name,
      `index ${formatShape(index.shape)} does not fit ${formatShape(x.shape)}: same rank, and no longer than it outside dim ${dim}`,
    );
  const indices = index.value?.readSync();
  if (indices) checkIndices(name, indices, dim, x.shape[dim]!);
  return build({ family: "indexing", name, dim, mode }, [x, index, ...inputs.slice(1)], shape, x.dtype);
}

/** A scalar as a vector of one element. */
const ranked = (x: Node): Node => (x.shape.length === 0 ? broadcasting.reshape(x, [1]) : x);

/** The elements of x at an index; `op` is the name for errors. */
export function readAt(op: string, x: Node, dim: number, index: Node): Node {
  requireNode(op, index);
  const d = axisOrNone(op, dim, x.shape.length);
  const at = ranked(index);
  return broadcasting.reshape(indexing(op, "gather", d, [ranked(x)], at, at.shape), index.shape);
}

/** x with elements written or added at an index; `op` is the name for errors. */
export function writeAt(
  op: string,
  mode: "scatter" | "scatterAdd",
  x: Node,
  dim: number,
  index: Node,
  src: Node,
): Node {
  const d = axisOrNone(op, dim, x.shape.length);
  requireNode(op, index);
  requireNode(op, src);
  const [at, given] = [ranked(index), ranked(src)];
  if (!sameShape(at.shape, given.shape))
    fail("shape", op, `index ${formatShape(at.shape)} and src ${formatShape(src.shape)} must have one shape`);
  const common = promote(x.dtype, src.dtype);
  const dtype = mode === "scatterAdd" ? promote(common, "int32") : common;
  const into = ranked(cast(x, dtype));
  return broadcasting.reshape(indexing(op, mode, d, [into, cast(given, dtype)], at, into.shape), x.shape);
}

/** Reading at an index, and its transpose, adding there. Index tensors are int32; one out of range is an error. */
export const indexings = {
  /**
   * The elements at `index` along `dim`: for dim 0, y[i][j] = x[index[i][j]][j].
   *
   * @param dim The axis.
   * @param index An int32 tensor, whose shape is that of the result.
   * @throws if an index is out of range, at the latest when the result is computed.
   *
   * @example
   * const x = tensor([[1, 2], [3, 4]]);
   * console.log(x.gather(1, tensor([[1], [0]], { dtype: "int32" })).toArray()); //=> [ [ 2 ], [ 3 ] ]
   */
  gather: row(
    (x: Node, dim: number, index: Node): Node => readAt("gather", x, dim, index),
    [[4, 3], 0, { index: [2, 3], below: 4 }],
    [[2, 4], -1, { index: [2, 6], below: 4 }],
  ),

  /**
   * x with `src` added at `index` along `dim`: for dim 0, y[index[i][j]][j] += src[i][j]. Bool adds up to int32, as in `sum`.
   *
   * @param dim The axis.
   * @param index An int32 tensor.
   * @param src A tensor of the shape of `index`.
   * @throws if an index is out of range, at the latest when the result is computed.
   *
   * @example
   * const index = tensor([0, 0, 2], { dtype: "int32" });
   * console.log(zeros(3).scatterAdd(0, index, tensor([1, 2, 3])).toArray()); //=> [ 3, 0, 3 ]
   */
  scatterAdd: row(
    (x: Node, dim: number, index: Node, src: Node): Node =>
      writeAt("scatterAdd", "scatterAdd", x, dim, index, src),
    [[4, 3], 0, { index: [2, 3], below: 4 }, [2, 3]],
    [[2, 4], -1, { index: [2, 6], below: 4 }, [2, 6]],
  ),

  /**
   * x with `src` written at `index` along `dim`: for dim 0, y[index[i][j]][j] = src[i][j]. The last of equal indices wins.
   *
   * @param dim The axis.
   * @param index An int32 tensor.
   * @param src A tensor of the shape of `index`.
   * @throws if an index is out of range, at the latest when the result is computed.
   *
   * @example
   * const index = tensor([0, 2], { dtype: "int32" });
   * console.log(zeros(3).scatter(0, index, tensor([1, 2])).toArray()); //=> [ 1, 0, 2 ]
   */
  scatter: row(
    (x: Node, dim: number, index: Node, src: Node): Node => writeAt("scatter", "scatter", x, dim, index, src),
    [[4, 3], 0, { index: [1, 3], below: 4 }, [1, 3]],
  ),
};

export const indexingArguments = {
  gather: { dim: "dim", index: "tensor" },
  scatterAdd: { dim: "dim", index: "tensor", src: "tensor" },
  scatter: { dim: "dim", index: "tensor", src: "tensor" },
} as const satisfies Signatures<typeof indexings>;
