import { type Kind, kinds, type Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { contractions } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { movements } from "../ops/movement.ts";
import { requireNode } from "../ops/row.ts";
import { axis, formatShape, range, type Shape } from "../shape.ts";
import { eye } from "./matrix.ts";

const { mul, sub } = elementwiseOps;
const { reshape, expand } = broadcasting;
const { permute, roll } = movements;
const { matmul } = contractions;

const sizeOver = (shape: Shape, dims: readonly number[]): number => dims.reduce((n, d) => n * shape[d]!, 1);

/** Axes other than `dims`, in order. */
const otherAxes = (x: Node, dims: readonly number[]): number[] =>
  range(x.shape.length).filter((d) => !dims.includes(d));

/** Products of matrices and tensors, made of the matrix product and the elementwise one. */
export const linalg = {
  /**
   * The sum of products over pairs of axes. The result has the other axes of a, then those of b.
   *
   * @param b The other tensor.
   * @param dims The number n of axes, the last of a and the first of b; or the axes of a and those of b. 2 by default.
   * @throws if the sizes of a pair differ.
   *
   * @example
   * console.log(zeros(2, 3, 4).tensordot(zeros(3, 4, 5)).shape); //=> [ 2, 5 ]
   */
  tensordot(a: Node, b: Node, dims: number | readonly [readonly number[], readonly number[]] = 2): Node {
    requireNode("tensordot", b);
    const rank = a.shape.length;
    if (typeof dims === "number" && (!Number.isInteger(dims) || dims < 0 || dims > rank))
      fail("dim", "tensordot", `${dims} axes of ${formatShape(a.shape)}; give an integer from 0 to its rank`);
    const [left, right] =
      typeof dims === "number" ? [range(dims).map((i) => i + rank - dims), range(dims)] : dims;
    const axesOf = (x: Node, list: readonly number[]) =>
      list.map((d) => axis("tensordot", d, x.shape.length));
    const [aSummed, bSummed] = [axesOf(a, left), axesOf(b, right)];
    if (aSummed.length !== bSummed.length || aSummed.some((d, i) => a.shape[d] !== b.shape[bSummed[i]!]))
      fail(
        "shape",
        "tensordot",
        `${formatShape(a.shape)} · ${formatShape(b.shape)}: axes ${formatShape(aSummed)} and ${formatShape(bSummed)} must have equal sizes`,
      );
    const [aFree, bFree] = [otherAxes(a, aSummed), otherAxes(b, bSummed)];
    const rows = reshape(permute(a, [...aFree, ...aSummed]), [
      sizeOver(a.shape, aFree),
      sizeOver(a.shape, aSummed),
    ]);
    const columns = reshape(permute(b, [...bSummed, ...bFree]), [
      sizeOver(b.shape, bSummed),
      sizeOver(b.shape, bFree),
    ]);
    return reshape(matmul(rows, columns), [
      ...aFree.map((d) => a.shape[d]!),
      ...bFree.map((d) => b.shape[d]!),
    ]);
  },

  /**
   * The sum of products over the last axis of both: [.., k] · [.., k] → the other axes of a, then of b. A scalar multiplies.
   *
   * @param b The other tensor.
   * @throws if the sizes of the last axes differ.
   *
   * @example
   * console.log(tensor([1, 2]).inner(tensor([3, 4])).item()); //=> 11
   */
  inner(a: Node, b: Node): Node {
    requireNode("inner", b);
    return a.shape.length === 0 || b.shape.length === 0 ? mul(a, b) : linalg.tensordot(a, b, [[-1], [-1]]);
  },

  /**
   * The Kronecker product: a block matrix of b times each element of a.
   *
   * @param b The other tensor.
   *
   * @example
   * console.log(tensor([1, 2]).kron(tensor([1, 10])).toArray()); //=> [ 1, 10, 2, 20 ]
   */
  kron(a: Node, b: Node): Node {
    requireNode("kron", b);
    const rank = Math.max(a.shape.length, b.shape.length);
    const withLeadingOnes = (x: Node) => [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
    const [sa, sb] = [withLeadingOnes(a), withLeadingOnes(b)];
    const blocks = mul(
      reshape(
        a,
        sa.flatMap((n) => [n, 1]),
      ),
      reshape(
        b,
        sb.flatMap((n) => [1, n]),
      ),
    );
    return reshape(
      blocks,
      sa.map((n, i) => n * sb[i]!),
    );
  },

  /**
   * The cross product of 3-vectors along `dim`: (aᵢ₊₁·bᵢ₊₂ − aᵢ₊₂·bᵢ₊₁)ᵢ, indices modulo 3.
   *
   * @param b The other tensor, which is broadcast against a.
   * @param dim The axis, of size 3; −1 by default.
   *
   * @example
   * console.log(tensor([1, 0, 0]).cross(tensor([0, 1, 0])).toArray()); //=> [ 0, 0, 1 ]
   */
  cross(a: Node, b: Node, dim = -1): Node {
    requireNode("cross", b);
    const [da, db] = [axis("cross", dim, a.shape.length), axis("cross", dim, b.shape.length)];
    if (a.shape[da] !== 3 || b.shape[db] !== 3)
      fail(
        "shape",
        "cross",
        `${formatShape(a.shape)} × ${formatShape(b.shape)}: both need size 3 along dim ${dim}`,
      );
    const rotated = (x: Node, n: number) => roll(x, -n, dim);
    return sub(mul(rotated(a, 1), rotated(b, 2)), mul(rotated(a, 2), rotated(b, 1)));
  },

  /**
   * The n-th power of square matrices [.., m, m], by repeated squaring.
   *
   * @param n The exponent, an integer ≥ 0; 0 gives the identity.
   *
   * @example
   * console.log(tensor([[1, 1], [0, 1]]).matrixPower(3).toArray()); //=> [ [ 1, 3 ], [ 0, 1 ] ]
   */
  matrixPower(x: Node, n: number): Node {
    const m = x.shape.at(-1);
    if (m === undefined || x.shape.at(-2) !== m)
      fail("shape", "matrixPower", `${formatShape(x.shape)} must be square matrices [.., m, m]`);
    if (!Number.isInteger(n) || n < 0)
      fail("value", "matrixPower", `the exponent ${n} must be an integer ≥ 0`);
    if (n === 1) return x;
    if (n === 0) return expand(eye(m, m, x.dtype), x.shape);
    const half = linalg.matrixPower(x, Math.floor(n / 2));
    const even = matmul(half, half);
    return n % 2 === 0 ? even : matmul(even, x);
  },
};

const tensordotDims: Kind = {
  holds: (x) =>
    typeof x === "number" ||
    (Array.isArray(x) && x.length === 2 && kinds.dims.holds(x[0]) && kinds.dims.holds(x[1])),
  message: "a number of axes, or two lists of dims",
  code: "dim",
  fix: "[[1], [0]]",
  optional: true,
};

export const linalgArguments = {
  tensordot: { other: "tensor", dims: tensordotDims },
  inner: { other: "tensor" },
  kron: { other: "tensor" },
  cross: { other: "tensor", dim: "dim?" },
  matrixPower: { n: "size" },
} as const satisfies Signatures<typeof linalg>;
