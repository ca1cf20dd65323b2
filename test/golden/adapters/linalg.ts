import { einsum, type Tensor } from "@chainrule/core";
import { type Adapter, type Adapters, attr, type Call, input, inputList, NotCovered } from "../adapter.ts";

/** β·input + α·product; β = 0 leaves the input out, whatever it holds. */
const added =
  (left: string, right: string): Adapter =>
  (c) => {
    const product = input(c, left)
      .matmul(input(c, right))
      .mul(attr(c, "alpha", 1));
    const beta = attr<number>(c, "beta", 1);
    return beta === 0 ? product : input(c).mul(beta).add(product);
  };

/** A product of `input` with the operand of that name. */
const times =
  (name: string, product: (a: Tensor, b: Tensor) => Tensor = (a, b) => a.matmul(b)): Adapter =>
  (c) =>
    product(input(c), input(c, name));

/** Norms of matrices that are sums over one axis, then the greatest or least over the other. */
const bySums: ReadonlyMap<unknown, readonly [summed: 0 | 1, "amax" | "amin"]> = new Map([
  [1, [0, "amax"]],
  [-1, [0, "amin"]],
  [Number.POSITIVE_INFINITY, [1, "amax"]],
  [Number.NEGATIVE_INFINITY, [1, "amin"]],
] as const);

function matrixNorm(c: Call): Tensor {
  const x = input(c);
  const ord = attr<unknown>(c, "ord", "fro");
  const dims = attr<readonly number[]>(c, "dim", [-2, -1]);
  const keepdim = attr(c, "keepdim", false);
  if (ord === "fro") return x.norm(2, dims, { keepdim });
  const rule = bySums.get(ord);
  if (!rule) throw new NotCovered(`matrix norm ${ord}`);
  const [summed, choose] = rule;
  const norms = x.norm(1, dims[summed] as number, { keepdim: true })[choose](dims[1 - summed] as number, {
    keepdim: true,
  });
  return keepdim ? norms : norms.squeeze(dims);
}

/** PyTorch's default: the first axis of three. */
const crossDim = (c: Call): number => attr(c, "dim", input(c).shape.indexOf(3));

export const linalg: Adapters = {
  matmul: times("other"),
  mm: times("mat2"),
  bmm: times("mat2"),
  mv: times("vec"),
  dot: times("tensor", (a, b) => a.dot(b)),
  outer: times("other", (a, b) => a.outer(b)),
  inner: times("other", (a, b) => a.inner(b)),
  kron: times("other", (a, b) => a.kron(b)),
  cross: (c) => input(c).cross(input(c, "other"), crossDim(c)),
  addmm: added("mat1", "mat2"),
  baddbmm: added("batch1", "batch2"),
  einsum: (c) => einsum(attr(c, "equation", ""), ...inputList(c, "operands")),
  tensordot: (c) =>
    input(c, "a").tensordot(
      input(c, "b"),
      attr<number | readonly [readonly number[], readonly number[]]>(c, "dims", 2),
    ),
  multi_dot: (c) => inputList(c, "tensors").reduce((a, b) => a.matmul(b)),
  matrix_power: (c) => {
    const n = attr(c, "n", 1);
    if (n < 0) throw new NotCovered("a negative matrix power needs the inverse");
    return input(c).matrixPower(n);
  },
  "linalg.matrix_norm": matrixNorm,
};
