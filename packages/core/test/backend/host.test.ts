import {
  compile,
  eye,
  grad,
  type HostView,
  hessian,
  hostOp,
  interpreter,
  jvp,
  rand,
  type Tensor,
  tensor,
  wasm,
  withBackend,
} from "@chainrule/core";
import { programsPrepared } from "@chainrule/core/internal";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

/** The inverse of a square matrix, by Gauss–Jordan elimination with pivoting. */
function invert(out: HostView, { data, shape }: HostView): void {
  const n = shape[0]!;
  const rows = Array.from({ length: n }, (_, i) => [
    ...data.subarray(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (_, j) => Number(i === j)),
  ]);
  for (let k = 0; k < n; k++) {
    const pivot = rows.reduce(
      (best, row, i) => (i > k && Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? i : best),
      k,
    );
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    rows[k] = rows[k]!.map((x) => x / rows[k]![k]!);
    for (let i = 0; i < n; i++)
      if (i !== k) rows[i] = rows[i]!.map((x, j) => x - rows[i]![k]! * rows[k]![j]!);
  }
  out.data.set(rows.flatMap((row) => row.slice(n)));
}

/** A⁻¹ with dA⁻¹ = −A⁻¹·dA·A⁻¹. */
const inverse = hostOp("inverse", {
  compute: invert,
  vjp: (ȳ, y) => [y.transpose().matmul(ȳ).matmul(y.transpose()).neg()],
  jvp: ([ẋ], y) => y.matmul(ẋ!).matmul(y).neg(),
});

const matrix = () => tensor([4, 1, 0, 2, 5, 1, 0, 1, 3], { shape: [3, 3], dtype: "float64" });
const scaled = hostOp("scaled", {
  shape: (a, b) => [...a, ...b],
  dtype: () => "float64",
  compute(out, a, b) {
    for (const [i, x] of a.data.entries())
      out.data.set(
        Float64Array.from(b.data, (y) => x * y),
        i * b.data.length,
      );
  },
});

describe.each([wasm, interpreter])("a host op on $name", (backend) => {
  const on = <T>(f: () => T): T => withBackend(backend, f);

  it("computes what its function writes", () => {
    const product = on(() => inverse(matrix()).matmul(matrix()));
    expect(
      on(() => product.allclose(eye(3, undefined, { dtype: "float64" }), { rtol: 1e-14, atol: 1e-14 })),
    ).toBe(true);
  });

  it("has the shape and dtype that it states, of operands of several dtypes", () => {
    const y = on(() => scaled(tensor([1, 2], { dtype: "int32" }), tensor([0.5, 0, 2])));
    expect([y.shape, y.dtype]).toEqual([[2, 3], "float64"]);
    expect(on(() => y.toArray())).toEqual([
      [0.5, 0, 2],
      [1, 0, 4],
    ]);
  });

  it("reads operands that are fused, moved and broadcast, and is fused with what reads it", () => {
    const x = rand([3, 3]).add(tensor([3, 3, 3]).diag());
    const y = on(() => inverse(x.transpose().mul(2).exp().log()).add(1).sum(0).toArray());
    const truth = on(() =>
      inverse(tensor(x.transpose().mul(2).exp().log().toArray()))
        .add(1)
        .sum(0)
        .toArray(),
    );
    expect(y).toEqual(truth);
  });

  it("takes and gives tensors of one element and of none", () => {
    const one = tensor([2], { shape: [1, 1] });
    expect(on(() => inverse(one).item())).toBe(0.5);
    expect(on(() => scaled(tensor([]), tensor([1, 2])).shape)).toEqual([0, 2]);
    expect(
      on(() =>
        scaled(tensor([]), tensor([1, 2]))
          .sum()
          .item(),
      ),
    ).toBe(0);
  });

  it("differentiates by its rules, in both modes and twice", () => {
    on(() => {
      const f = (x: Tensor) => inverse(x).square().sum();
      gradcheck(f, [matrix()]);
      gradcheck((x: Tensor) => grad(f)(x).square().sum(), [matrix()]);
      const direction = matrix().transpose();
      const along = grad(f)(matrix()).mul(direction).sum().item();
      expect(jvp(f, [matrix()], [direction])[1].item()).toBeCloseTo(along, 10);
      expect(hessian(f)(matrix()).shape).toEqual([3, 3, 3, 3]);
    });
  });

  it("runs inside a compiled function without splitting its program", () => {
    const f = compile((x: Tensor) => inverse(x.mul(2)).add(1).mean());
    const before = programsPrepared();
    const y = on(() => f(matrix()).item());
    if (backend === wasm) expect(programsPrepared() - before).toBe(1);
    expect(y).toBe(on(() => inverse(matrix().mul(2)).add(1).mean().item()));
  });

  it("may throw, and leaves what runs afterwards alone", () => {
    const failing = hostOp("failing", {
      compute: () => {
        throw new Error("on purpose");
      },
    });
    expect(() =>
      on(() =>
        failing(rand([100]))
          .sum()
          .item(),
      ),
    ).toThrow("on purpose");
    expect(on(() => tensor([1, 2]).sum().item())).toBe(3);
  });

  it("may not read a tensor in its function", () => {
    const reading = hostOp("reading", { compute: (out) => out.data.set(rand([2]).data()) });
    expect(() => on(() => reading(tensor([1, 2])).toArray())).toThrow("reading: its function reads a tensor");
    expect(on(() => tensor([1, 2]).sum().item())).toBe(3);
  });

  it("keeps its memory where its function catches the refusal of a read", () => {
    const reading = hostOp("reading", {
      compute(out, x) {
        const large = () => rand([1500, 1500]).sort().values.cumsum(0);
        expect(() => large().sum().item()).toThrow("reads a tensor");
        expect(() => compile(large)().data()).toThrow("reads a tensor");
        out.data.set(x.data);
      },
    });
    const x = tensor([3, 1, 2]).mul(2);
    expect(on(() => reading(x).add(x.argsort()).toArray())).toEqual([7, 4, 4]);
  });

  it("starts from a result of zeros, and makes 0 and 1 of booleans", () => {
    on(() => rand([4]).add(7).data());
    const first = hostOp("first", { compute: (out) => out.data.fill(1, 0, 1) });
    expect(on(() => first(rand([4]).add(3)).toArray())).toEqual([1, 0, 0, 0]);
    const flags = hostOp("flags", { dtype: () => "bool", compute: (out) => out.data.fill(2) });
    expect(
      on(() =>
        flags(tensor([1, 2]))
          .sum()
          .item(),
      ),
    ).toBe(2);
  });

  it("refuses an async function", () => {
    const waiting = hostOp("waiting", { compute: async () => {} });
    expect(() => on(() => waiting(tensor([1, 2])).data())).toThrow(
      "waiting: cannot follow an async function",
    );
  });
});

it.each([
  [{ shape: () => 3 }, "its shape must return a list of sizes"],
  [{ shape: () => [1.5] }, "[1.5] is not a shape"],
  [{ dtype: () => "float16" }, "there is no dtype float16"],
])("a host op refuses the type of result %o at its call", (type, message) => {
  const odd = hostOp("odd", { compute: () => {}, ...(type as object) });
  expect(() => odd(tensor([1, 2]))).toThrow(`odd: ${message}`);
});

describe("a host op without a rule", () => {
  const square = hostOp("square", { compute: (out, x) => out.data.set(x.data.map((e) => e * e)) });

  it("refuses to be differentiated, and names the rule that it lacks", () => {
    expect(() => grad((x: Tensor) => square(x).sum())(tensor([1, 2]))).toThrow("Did you mean to state vjp");
    expect(() => jvp(square, [tensor([1])], [tensor([1])])).toThrow("Did you mean to state jvp");
  });

  it("refuses a derivative of another shape", () => {
    const wrong = hostOp("wrong", { compute: () => {}, vjp: (ȳ) => [ȳ.sum()] });
    expect(() => grad((x: Tensor) => wrong(x).sum())(tensor([1, 2]))).toThrow(
      "wrong: a derivative is float32[]; it must be float32[2]",
    );
  });
});
