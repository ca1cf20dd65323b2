import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { beside, elementwise } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { movements } from "../ops/movement.ts";
import type { Operand } from "../ops/row.ts";
import { iota, scalar } from "../ops/source.ts";
import * as w from "../scalar/primitives.ts";
import { broadcast, formatShape, range, sameShape, sizeOf } from "../shape.ts";
import {
  expandEllipsis,
  type Index,
  indexKind,
  indexTensor,
  indicesKind,
  parseRange,
} from "./index-expression.ts";
import { indexLists } from "./index-list.ts";
import { searches } from "./search.ts";
import { shapes } from "./shape.ts";
import { slices } from "./slice.ts";
import { transposes } from "./transpose.ts";

const { add, mul } = elementwiseOps;
const { reshape, expand } = broadcasting;
const { movedim } = transposes;

/** An index counted from the front of an axis of size n. */
const normalizeIndex = elementwise("at", {
  f: (i, n) => w.where(w.lt(i, 0), w.add(i, n), i),
  types: "number",
  require: {
    holds: (i, n) => w.and(w.le(w.neg(n), i), w.lt(i, n)),
    message: "an index must be within −n … n − 1 for an axis of size n",
  },
});

/** The int32 tensors, one for each axis from d on, that an index tensor stands for; a mask is read at the call. */
function indexArrays(op: string, x: Node, d: number, index: Node): Node[] {
  if (index.dtype === "int32") return [index];
  if (index.dtype !== "bool")
    fail(
      "dtype",
      op,
      `an index tensor is ${index.dtype}; it must be int32 or bool. Did you mean i.to("int32")?`,
    );
  const masked = x.shape.slice(d, d + index.shape.length);
  if (index.shape.length === 0 || !sameShape(masked, index.shape))
    fail(
      "shape",
      op,
      `the mask ${formatShape(index.shape)} must have the shape of the axes it selects from, ${formatShape(masked)}`,
    );
  return slices.unbind(searches.nonzero(index), 1);
}

/**
 * NumPy's advanced indexing: axes `dims` of x are replaced by the axes of the index arrays, which are broadcast against each
 * other. These are in the position of the first of `dims` if the dims are adjacent, else in front.
 */
function advancedIndex(x: Node, dims: readonly number[], arrays: readonly Node[]): Node {
  const shape = broadcast(
    "at",
    arrays.map((a) => a.shape),
  );
  const sizes = dims.map((d) => x.shape[d]!);
  const flatIndex = arrays.reduce(
    (sum, a, k) => add(mul(sum, sizes[k]!), normalizeIndex(a, sizes[k]!)),
    scalar(0, "int32"),
  );
  const front = movedim(x, dims, range(dims.length));
  const rest = front.shape.slice(dims.length);
  const flat = reshape(front, [sizeOf(sizes), ...rest]);
  const rows = indexLists.indexSelect(flat, 0, reshape(expand(flatIndex, shape), [-1]));
  const first = dims[0]!;
  const position = dims.every((d, k) => d === first + k) ? first : 0;
  const axes = range(shape.length);
  return movedim(
    reshape(rows, [...shape, ...rest]),
    axes,
    axes.map((k) => k + position),
  );
}

/** Basic indices one axis at a time, then the advanced ones together. */
function getAt(op: string, x: Node, index: readonly Index[]): Node {
  let y = x;
  let d = 0;
  const dims: number[] = [];
  const arrays: Node[] = [];
  for (const i of expandEllipsis(op, x, index)) {
    if (typeof i === "number") y = slices.select(y, d, i);
    else if (i === null) y = shapes.unsqueeze(y, d++);
    else if (typeof i === "string") {
      const [start, stop, step] = parseRange(i);
      y = movements.slice(y, d++, start, stop, step);
    } else
      for (const array of indexArrays(op, y, d, i instanceof Node ? i : indexTensor(i))) {
        dims.push(d++);
        arrays.push(array);
      }
  }
  return dims.length === 0 ? y : advancedIndex(y, dims, arrays);
}

/** Writes `value`, broadcast, with a scatter over the flattened x: its indices are those that `getAt` reads. */
function setAt(
  op: string,
  scatter: "scatter" | "scatterAdd",
  x: Node,
  index: readonly Index[],
  value: Operand,
): Node {
  const indices = getAt(op, reshape(iota([sizeOf(x.shape)], 0, "int32"), x.shape), index);
  const flat = (t: Node) => reshape(t, [-1]);
  const elements = flat(expand(beside(x, value), indices.shape));
  return reshape(indexings[scatter](flat(x), 0, flat(indices), elements), x.shape);
}

/** Indexing of several axes at once. */
export const subscripts = {
  /**
   * The elements at an index for each axis, as `x[0, 1:5, ..., None, [2, 4]]` in NumPy and PyTorch:
   * `x.at(0, "1:5", "...", null, [2, 4])`. Several lists or tensors of indices are broadcast against each other and read
   * together, as NumPy's advanced indexing. Negative indices count from the end. A bool tensor is read at the call.
   *
   * @param index For each axis an integer, a range, `null`, `"..."`, a list of indices or booleans, or a tensor of them.
   * @throws if an index is out of range, or there are more indices than axes.
   *
   * @example
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * console.log(x.at(0, "1:").toArray()); //=> [ 2, 3 ]
   * console.log(x.at("...", [2, 0]).toArray()); //=> [ [ 3, 1 ], [ 6, 4 ] ]
   */
  at(x: Node, ...index: Index[]): Node {
    return getAt("at", x, index);
  },

  /**
   * x with `value` at the elements of `x.at(…index)`; at a repeated index the last one stays.
   *
   * @param index A list with an index for each axis.
   * @param value A number, or a tensor that is broadcast to the shape of `x.at(…index)`.
   *
   * @example
   * console.log(zeros(2, 2).setAt([0, "..."], 5).toArray()); //=> [ [ 5, 5 ], [ 0, 0 ] ]
   */
  setAt(x: Node, index: readonly Index[], value: Operand): Node {
    return setAt("setAt", "scatter", x, index, value);
  },

  /** x with `value`, which is broadcast, added at the elements of `x.at(…index)`; repeated indices accumulate. */
  addAt(x: Node, index: readonly Index[], value: Operand): Node {
    return setAt("addAt", "scatterAdd", x, index, value);
  },

  /**
   * The elements of the flattened tensor at the indices of a tensor, in its shape; negative indices count from the end.
   *
   * @param index An int32 or bool tensor.
   * @throws if an index is out of range.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).take(tensor([3, 0], { dtype: "int32" })).toArray()); //=> [ 4, 1 ]
   */
  take(x: Node, index: Node): Node {
    return getAt("take", reshape(x, [-1]), [index]);
  },
};

export const subscriptArguments = {
  at: { index: { ...indexKind, rest: true } },
  setAt: { index: indicesKind, value: "operand" },
  addAt: { index: indicesKind, value: "operand" },
  take: { index: "tensor" },
} as const satisfies Signatures<typeof subscripts>;
