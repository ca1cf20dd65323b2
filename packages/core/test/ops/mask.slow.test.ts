import {
  allclose,
  checkpoint,
  compile,
  einsum,
  evaluate,
  grad,
  jacobian,
  jvp,
  manualSeed,
  randn,
  type Tensor,
  tensor,
  where,
  withBackend,
} from "@chainrule/core";
import { interpreter, wasm } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

/** A function of rows x [n, 4] and weights w [4, m] in which row i of the result follows from row i of x alone. */
type RowWise = (x: Tensor, w: Tensor) => Tensor;

const rowWise: Record<string, RowWise> = {
  matmul: (x, w) => x.matmul(w),
  "matmul of a slice": (x, w) => x.matmul(w.slice(1, 0, 3)),
  "matmul on the right": (x, w) => w.transpose().matmul(x.transpose()).transpose(),
  "matmul of vectors": (x, w) => x.matmul(w.select(1, 0)).unsqueeze(1),
  "batched matmul": (x, w) => x.unsqueeze(1).matmul(w).squeeze(1),
  einsum: (x, w) => einsum("nk,km->nm", x, w),
  tensordot: (x, w) => x.tensordot(w, 1),
  inner: (x, w) => x.inner(w.transpose()),
  "products of products": (x, w) => x.matmul(w).matmul(w.transpose()).matmul(w),
  "running sums": (x, w) => x.cumsum(1).matmul(w),
  "running products": (x, w) => x.cumprod(1).matmul(w),
  "running products of products": (x, w) => x.matmul(w).cumprod(1),
  logCumSumExp: (x, w) => x.matmul(w).logCumSumExp(1),
  windows: (x, w) =>
    x
      .windows(1, 2)
      .matmul(w.slice(0, 0, 2))
      .sum(1),
  "sums of squares": (x, w) => x.matmul(w).square().sum(1, { keepdim: true }),
  softmax: (x, w) => x.matmul(w).softmax(1).log(),
  "logSoftmax, gathered": (x, w) =>
    x
      .matmul(w)
      .logSoftmax(1)
      .gather(1, tensor(new Int32Array(x.shape[0] as number), { shape: [x.shape[0] as number, 1] })),
  logSumExp: (x, w) => x.matmul(w).logSumExp(1, { keepdim: true }),
  variance: (x, w) => x.matmul(w).var(1, { keepdim: true }),
  "norms of rows": (x, w) => x.matmul(w).norm(2, 1, { keepdim: true }),
  "greatest elements": (x, w) => x.matmul(w).amax(1, { keepdim: true }),
  "a checkpoint": (x, w) => checkpoint((x: Tensor, w: Tensor) => x.log().exp().matmul(w))(x, w),
};

/** How rows are left out of a sum: `keep` tells which stay. */
const leftOut: Record<string, (y: Tensor, keep: Tensor, places: Tensor) => Tensor> = {
  where: (y, keep) => where(keep, y, 0).sum(),
  maskedFill: (y, keep) => y.maskedFill(keep.logicalNot(), 0).sum(),
  "an index": (y, _, places) => y.indexSelect(0, places).sum(),
  slices: (y, _, places) => {
    const rows = places.toArray() as number[];
    return rows
      .map((i) => y.slice(0, i, i + 1))
      .reduce<Tensor>((sum, row) => sum.add(row.sum()), tensor(0, { dtype: y.dtype }));
  },
};

const runs = {
  eagerly: <F extends (...a: never[]) => unknown>(f: F): F => f,
  compiled: <F extends (...a: never[]) => unknown>(f: F): F => compile(f as never) as unknown as F,
};

describe.each([
  { size: "a few rows", n: 5, m: 3 },
  { size: "rows enough for the matrix kernel", n: 40, m: 48 },
])("NaN in rows that are left out, of $size", ({ n, m }) => {
  manualSeed(7);
  const rows = Array.from({ length: n }, (_, i) => i).filter((i) => i % 3 !== 1);
  const keep = tensor(Array.from({ length: n }, (_, i) => [i % 3 !== 1]));
  const places = tensor(rows, { dtype: "int32" });
  const plain = randn([n, 4], { dtype: "float64" }).square().add(0.5);
  const w = randn([4, m], { dtype: "float64" });
  const poison = tensor(
    Array.from(
      { length: n },
      (_, i) =>
        [
          [1, 1, 1, 1],
          [Number.NaN, Number.POSITIVE_INFINITY, 0, -1],
        ][+(i % 3 === 1)] as number[],
    ),
    { dtype: "float64" },
  );
  const x = plain.mul(poison);
  evaluate(plain, w, x);

  describe.each(Object.entries(rowWise))("through %s", (_, f) => {
    it("by where leave no trace in second derivatives", () => {
      const total = (x: Tensor, w: Tensor) => where(keep, f(x, w), 0).sum();
      const slope = (x: Tensor, w: Tensor) => {
        const [x̄, w̄] = grad(total, { argnums: [0, 1] })(x, w);
        return x̄.mul(plain).sum().add(w̄.mul(w.detach()).sum());
      };
      const [, right] = grad(slope, { argnums: [0, 1] })(plain, w);
      const [x̄, w̄] = grad(slope, { argnums: [0, 1] })(x, w);
      expect(where(keep, 0, x̄).abs().sum().item()).toBe(0);
      expect(allclose(w̄, right)).toBe(true);
    });

    it.each(Object.entries(leftOut))("by %s leave no trace in gradients", (_, drop) => {
      const total = (x: Tensor, w: Tensor) => drop(f(x, w), keep, places);
      for (const backend of [wasm, interpreter])
        for (const run of Object.values(runs))
          withBackend(backend, () => {
            const [x̄, w̄] = run(grad(total, { argnums: [0, 1] }))(x, w);
            const [, right] = grad(total, { argnums: [0, 1] })(plain, w);
            expect(x̄.data().some(Number.isNaN)).toBe(false);
            expect(
              x̄
                .indexSelect(0, tensor([1], { dtype: "int32" }))
                .data()
                .every((v) => v === 0),
            ).toBe(true);
            right.data().forEach((g, k) => {
              expect(w̄.data()[k]).toBeCloseTo(g, 9);
            });
          });
    });
  });
});

describe("a mask", () => {
  const keep = tensor([false, true]);
  const x = tensor([0, 4], { dtype: "float64" });

  it("holds in second derivatives", () => {
    const f = (x: Tensor) => where(keep, x.sqrt(), x).sum();
    expect(grad((x: Tensor) => grad(f)(x).sum())(x).toArray()).toEqual([0, -1 / 32]);
  });

  it("holds where a gradient is written over, and where it is spread", () => {
    const written = (x: Tensor) =>
      x
        .log()
        .scatter(0, tensor([0], { dtype: "int32" }), tensor([5], { dtype: "float64" }))
        .sum();
    expect(grad(written)(x).toArray()).toEqual([0, 0.25]);
    const spread = (x: Tensor) =>
      where(tensor([[false], [false]]), x.slice(0, 0, 1).log().expand([2, 1]), 0).sum();
    expect(grad(spread)(x).toArray()).toEqual([0, 0]);
  });

  it("of some of the readers does not hide what another reads", () => {
    const f = (x: Tensor) => {
      const y = x.log();
      return where(keep, y, 0).sum().add(y.sum());
    };
    expect(grad(f)(x).toArray()).toEqual([Number.POSITIVE_INFINITY, 0.5]);
  });

  it("is what jacobians have by the elements that they are not of, in both modes", () => {
    const off = [
      [Number.POSITIVE_INFINITY, 0],
      [0, 0.25],
    ];
    expect(jacobian((x: Tensor) => x.sqrt())(x).toArray()).toEqual(off);
    const [first, second] = (
      jacobian((x: Tensor) => x.sqrt().expand([2, 2]).reshape([4]))(x).toArray() as number[][]
    ).slice(0, 2);
    expect([first, second]).toEqual(off);
  });

  it("is exact behind products: a 0 that arithmetic made hides no infinity", () => {
    const f = (x: Tensor) => where(tensor([true, false]), x.sqrt().outer(x.sqrt()).sum(1), 0).sum();
    expect(grad(f)(x).toArray()).toEqual([Number.NaN, 0]);
    expect(jacobian((x: Tensor) => x.sqrt().dot(x.sqrt()))(x).toArray()).toEqual([Number.NaN, 1]);
  });

  it("does not arise from tangents and cotangents that happen to be 0", () => {
    const zero = tensor([0, 0], { dtype: "float64" });
    expect(jvp((x: Tensor) => x.sqrt(), [x], [zero])[1].toArray()).toEqual([Number.NaN, 0]);
  });
});

describe("the square of a norm", () => {
  const zero = tensor([0, 0], { dtype: "float64" });
  const squares: Record<string, (x: Tensor) => Tensor> = {
    square: (x) => x.norm().square(),
    pow: (x) => x.norm().pow(2),
    mul: (x) => {
      const y = x.norm();
      return y.mul(y);
    },
  };
  it.each(Object.entries(squares))("by %s has the Hessian 2·I at 0", (_, f) => {
    expect(jacobian(grad(f))(zero).toArray()).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });
});
