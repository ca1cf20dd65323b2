import type { Signatures } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { beside, cast } from "../ops/apply.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { movements } from "../ops/movement.ts";
import { iota } from "../ops/source.ts";
import { formatShape } from "../shape.ts";

const { add, eq, ge, le, where } = elementwiseOps;

/** The n × m matrix with ones on its diagonal. */
export const eye = (n: number, m: number, dtype: DType): Node =>
  cast(eq(iota([n, m], 0, "int32"), iota([n, m], 1, "int32")), dtype);

/** x with zeros at the elements (i, j) of its last two axes for which `keeps(i + diagonal, j)` does not hold. */
function triangle(op: string, x: Node, diagonal: number, keeps: typeof ge): Node {
  if (x.shape.length < 2)
    fail("shape", op, `${formatShape(x.shape)} is not a matrix; it needs at least two axes`);
  const shape = x.shape.slice(-2);
  const mask = keeps(add(iota(shape, 0, "int32"), diagonal), iota(shape, 1, "int32"));
  return where(mask, x, beside(x, 0));
}

/** Triangles and diagonals of matrices, the last two axes of a tensor. */
export const matrices = {
  /**
   * The lower triangle of matrices: elements above a diagonal become 0.
   *
   * @param diagonal The last diagonal that is kept: 0, the default, is the main one, positive numbers are above it.
   *
   * @example
   * console.log(ones(2, 2).tril().toArray()); //=> [ [ 1, 0 ], [ 1, 1 ] ]
   */
  tril: (x: Node, diagonal = 0): Node => triangle("tril", x, diagonal, ge),

  /**
   * The upper triangle of matrices: elements below a diagonal become 0.
   *
   * @param diagonal The first diagonal that is kept: 0, the default, is the main one, positive numbers are above it.
   *
   * @example
   * console.log(ones(2, 2).triu().toArray()); //=> [ [ 1, 1 ], [ 0, 1 ] ]
   */
  triu: (x: Node, diagonal = 0): Node => triangle("triu", x, diagonal, le),

  /**
   * The diagonal of a matrix, or the matrix with this vector on its diagonal.
   *
   * @param diagonal Which diagonal: 0, the default, is the main one, positive numbers are above it.
   * @throws for any other number of axes.
   *
   * @example
   * console.log(tensor([1, 2]).diag().toArray()); //=> [ [ 1, 0 ], [ 0, 2 ] ]
   */
  diag(x: Node, diagonal = 0): Node {
    if (x.shape.length !== 1 && x.shape.length !== 2)
      fail(
        "shape",
        "diag",
        `${formatShape(x.shape)} is neither a vector nor a matrix. Did you mean diagonal or diagEmbed?`,
      );
    return x.shape.length === 1 ? movements.diagEmbed(x, diagonal) : movements.diagonal(x, diagonal);
  },
};

export const matrixArguments = {
  tril: { diagonal: "integer?" },
  triu: { diagonal: "integer?" },
  diag: { diagonal: "integer?" },
} as const satisfies Signatures<typeof matrices>;
