import { checked, type Signature } from "../arguments.ts";
import { meshgridArguments, meshgrid as meshgridNodes } from "../compositions/meshgrid.ts";
import { stackArguments, stack as stackNodes } from "../compositions/stack.ts";
import { partOf } from "../errors.ts";
import { operandArguments } from "../ops/apply.ts";
import { catArguments, cat as catNodes } from "../ops/cat.ts";
import { einsumArguments, einsum as einsumNodes } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { lifted, type Tensor } from "./tensor.ts";

/**
 * Concatenates tensors along an existing axis; all other sizes must be equal.
 *
 * @param tensors the list of tensors
 * @param dim the axis (0)
 *
 * @example
 * console.log(cat([tensor([1, 2]), tensor([3])]).toArray()); //=> [ 1, 2, 3 ]
 */
export const cat = checked("cat", catArguments, lifted(catNodes));

/**
 * Concatenates tensors along an existing axis: `cat`, by its name in NumPy.
 *
 * @param tensors the list of tensors
 * @param dim the axis (0)
 *
 * @example
 * console.log(concat([tensor([1, 2]), tensor([3])]).toArray()); //=> [ 1, 2, 3 ]
 */
export const concat: typeof cat = checked("concat", catArguments, partOf("concat", cat));

const stackedArguments: Signature = { tensors: "tensors" };

/**
 * Concatenates tensors along axis 0, vectors as rows, as in NumPy.
 *
 * @example
 * console.log(vstack([tensor([1, 2]), tensor([3, 4])]).toArray()); //=> [ [ 1, 2 ], [ 3, 4 ] ]
 */
export const vstack = checked(
  "vstack",
  stackedArguments,
  partOf(
    "vstack",
    (tensors: readonly Tensor[]): Tensor => cat(tensors.map((x) => (x.ndim < 2 ? x.reshape([1, -1]) : x))),
  ),
);

/**
 * Concatenates tensors along axis 1, vectors along their only axis, as in NumPy.
 *
 * @example
 * console.log(hstack([tensor([[1], [2]]), tensor([[3], [4]])]).toArray()); //=> [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const hstack = checked(
  "hstack",
  stackedArguments,
  partOf("hstack", (tensors: readonly Tensor[]): Tensor => {
    const rows = tensors.map((x) => (x.ndim === 0 ? x.reshape([1]) : x));
    return cat(rows, rows[0]?.ndim === 1 ? 0 : 1);
  }),
);

/**
 * Concatenates tensors of one shape along a new axis.
 *
 * @param tensors the list of tensors
 * @param dim the new axis (0)
 *
 * @example
 * console.log(stack([tensor([1, 2]), tensor([3, 4])], 1).toArray()); //=> [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const stack = checked("stack", stackArguments, lifted(stackNodes));

/**
 * The coordinates of the grid of vectors: for x of n elements and y of m, two tensors of shape [n, m].
 *
 * @param tensors the list of vectors
 * @param options `indexing`: `"ij"`, or `"xy"` to swap the first two axes (`"ij"`)
 *
 * @example
 * const [x, y] = meshgrid([tensor([1, 2]), tensor([3, 4])]);
 * console.log(x!.toArray(), y!.toArray()); //=> [ [ 1, 1 ], [ 2, 2 ] ] [ [ 3, 4 ], [ 3, 4 ] ]
 */
export const meshgrid = checked("meshgrid", meshgridArguments, lifted(meshgridNodes));

/**
 * `x` where `condition` is true, else `other`. The branch that is not taken affects neither the value nor the gradient,
 * even if it is NaN or infinite.
 *
 * @example
 * const x = tensor([4, -1]);
 * console.log(where(x.gt(0), x.sqrt(), 0).toArray()); //=> [ 2, 0 ]
 */
export const where = checked(
  "where",
  operandArguments(elementwiseOps.where.formula),
  lifted(elementwiseOps.where),
);

/**
 * A sum of products over axes named by letters, as in NumPy, with implicit results, diagonals and `...`.
 *
 * @param equation the axes of each operand, and after `->` those of the result
 * @param operands the tensors
 *
 * @example
 * const a = tensor([[1, 2], [3, 4]]);
 * console.log(einsum("ij,jk->ik", a, a).toArray()); //=> [ [ 7, 10 ], [ 15, 22 ] ]
 */
export const einsum = checked("einsum", einsumArguments, lifted(einsumNodes));
