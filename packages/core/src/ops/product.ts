import { type Kind, kinds, type Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { axis, formatShape, type Shape } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { contractions } from "./contract.ts";
import { elementwiseOps } from "./elementwise.ts";
import { movements } from "./movement.ts";
import { requireNode } from "./row.ts";
import { iota } from "./source.ts";

const { eq, mul, sub } = elementwiseOps;
const { reshape, expand } = broadcasting;
const { permute, roll } = movements;
const { matmul } = contractions;

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const sizeAt = (shape: Shape, dims: readonly number[]): number =>
  dims.reduce((n, d) => n * (shape[d] as number), 1);

/** Axes other than `dims`, in order. */
const others = (x: Node, dims: readonly number[]): number[] =>
  range(x.shape.length).filter((d) => !dims.includes(d));

/** Products made of the matrix product and the elementwise one. */
export const products = {
  /**
   * Σ over pairs of axes: the last `dims` of a with the first of b, or the axes that two lists name. The result has the
   * axes of a that are left, then those of b.
   */
  tensordot(a: Node, b: Node, dims: number | readonly [readonly number[], readonly number[]] = 2): Node {
    requireNode("tensordot", b);
    const rank = a.shape.length;
    if (typeof dims === "number" && (!Number.isInteger(dims) || dims < 0 || dims > rank))
      fail(
        "dim",
        "tensordot",
        `${dims} axes of ${formatShape(a.shape)}; give a whole number from 0 to its rank`,
      );
    const [left, right] =
      typeof dims === "number" ? [range(dims).map((i) => i + rank - dims), range(dims)] : dims;
    const of = (x: Node, list: readonly number[]) => list.map((d) => axis("tensordot", d, x.shape.length));
    const [da, db] = [of(a, left), of(b, right)];
    if (da.length !== db.length || da.some((d, i) => a.shape[d] !== b.shape[db[i] as number]))
      fail(
        "shape",
        "tensordot",
        `${formatShape(a.shape)} · ${formatShape(b.shape)}: axes ${formatShape(da)} and ${formatShape(db)} must have equal sizes`,
      );
    const [fa, fb] = [others(a, da), others(b, db)];
    const rows = reshape(permute(a, [...fa, ...da]), [sizeAt(a.shape, fa), sizeAt(a.shape, da)]);
    const columns = reshape(permute(b, [...db, ...fb]), [sizeAt(b.shape, db), sizeAt(b.shape, fb)]);
    return reshape(matmul(rows, columns), [
      ...fa.map((d) => a.shape[d] as number),
      ...fb.map((d) => b.shape[d] as number),
    ]);
  },

  /** Σ a·b over the last axis of both: [.., k] · [.., k] → the other axes of a, then of b; a scalar multiplies. */
  inner(a: Node, b: Node): Node {
    requireNode("inner", b);
    return a.shape.length === 0 || b.shape.length === 0 ? mul(a, b) : products.tensordot(a, b, [[-1], [-1]]);
  },

  /** The Kronecker product: each element of a times the whole of b, as blocks. */
  kron(a: Node, b: Node): Node {
    requireNode("kron", b);
    const rank = Math.max(a.shape.length, b.shape.length);
    const filled = (x: Node) => [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
    const [sa, sb] = [filled(a), filled(b)];
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
      sa.map((n, i) => n * (sb[i] as number)),
    );
  },

  /** a × b of vectors of three along `dim`: (aᵢ₊₁·bᵢ₊₂ − aᵢ₊₂·bᵢ₊₁)ᵢ, indices modulo 3. */
  cross(a: Node, b: Node, dim = -1): Node {
    requireNode("cross", b);
    const [da, db] = [axis("cross", dim, a.shape.length), axis("cross", dim, b.shape.length)];
    if (a.shape[da] !== 3 || b.shape[db] !== 3)
      fail(
        "shape",
        "cross",
        `${formatShape(a.shape)} × ${formatShape(b.shape)}: both need size 3 along dim ${dim}`,
      );
    const turned = (x: Node, n: number) => roll(x, -n, dim);
    return sub(mul(turned(a, 1), turned(b, 2)), mul(turned(a, 2), turned(b, 1)));
  },

  /** The matrix product of n copies of x [.., m, m], by repeated squaring; n = 0 gives the identity. */
  matrixPower(x: Node, n: number): Node {
    const m = x.shape.at(-1);
    if (x.shape.length < 2 || x.shape.at(-2) !== m)
      fail("shape", "matrixPower", `${formatShape(x.shape)} must be square matrices [.., m, m]`);
    if (!Number.isInteger(n) || n < 0)
      fail("value", "matrixPower", `the exponent ${n} must be a whole number ≥ 0`);
    if (n === 1) return x;
    if (n === 0) {
      const one = eq(
        iota([m as number, m as number], 0, "int32"),
        iota([m as number, m as number], 1, "int32"),
      );
      return expand(cast(one, x.dtype), x.shape);
    }
    const half = products.matrixPower(x, Math.floor(n / 2));
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

export const productArguments = {
  tensordot: { other: "tensor", dims: tensordotDims },
  inner: { other: "tensor" },
  kron: { other: "tensor" },
  cross: { other: "tensor", dim: "dim?" },
  matrixPower: { n: "size" },
} as const satisfies Signatures<typeof products>;
