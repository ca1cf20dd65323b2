import { grad, interpreter, type Tensor, tensor, wasm, withBackend } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

describe.each([wasm, interpreter])("sorting on $name", (backend) => {
  const on = <T>(f: () => T): T => withBackend(backend, f);

  it("puts NaN last, first in descending order, and keeps the order of equal elements", () => {
    const x = tensor([3, Number.NaN, -0, 0, Number.NEGATIVE_INFINITY, 3, Number.POSITIVE_INFINITY]);
    on(() => {
      expect(x.sort().values.toArray()).toEqual([-Infinity, -0, 0, 3, 3, Infinity, Number.NaN]);
      expect(x.argsort().toArray()).toEqual([4, 2, 3, 0, 5, 6, 1]);
      expect(x.argsort(0, { descending: true, stable: true }).toArray()).toEqual([1, 6, 0, 5, 2, 3, 4]);
    });
  });

  it.each(["float32", "float64", "int32", "bool"] as const)("keeps the dtype %s of the values", (dtype) => {
    const x = tensor([1, 0, 1, 0], { dtype });
    const { values, indices } = on(() => x.sort());
    expect([values.dtype, indices.dtype]).toEqual([dtype, "int32"]);
    expect(on(() => Array.from(values.data()))).toEqual([0, 0, 1, 1]);
    expect(on(() => indices.toArray())).toEqual([1, 3, 0, 2]);
  });

  it.each([3, 100, 2 ** 14])("sorts lines of %i elements as comparisons do", (n) => {
    const specials = [Number.NaN, 0, -0, 1, -1, Infinity, -Infinity, 1e-40, -1e-40, 3e38];
    const elements = Array.from({ length: 2 * n }, (_, i) =>
      i % 3 === 0 ? specials[i % specials.length]! : Math.fround(((i * 7919) % 1009) - 500.5),
    );
    const x = tensor(elements, { shape: [2, n] });
    const data = x.data();
    for (const descending of [false, true]) {
      const sign = descending ? -1 : 1;
      const compare = (a: number, b: number) =>
        a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
      const expected = [0, n].flatMap((line) =>
        Array.from({ length: n }, (_, i) => i).sort(
          (i, j) => sign * compare(data[line + i]!, data[line + j]!) || i - j,
        ),
      );
      expect(on(() => Array.from(x.argsort(-1, { descending }).data()))).toEqual(expected);
    }
  });

  it("sorts scalars, and tensors without elements", () => {
    on(() => {
      const { values, indices } = tensor(7).sort();
      expect([values.item(), indices.item(), indices.shape]).toEqual([7, 0, []]);
      for (const shape of [[0], [2, 0], [0, 2]])
        for (const dim of shape.keys()) expect(tensor([], { shape }).sort(dim).values.shape).toEqual(shape);
    });
  });

  it("takes the k largest or smallest elements", () => {
    const x = tensor([
      [3, 1, 2],
      [4, 6, 5],
    ]);
    on(() => {
      expect(x.topk(2).values.toArray()).toEqual([
        [3, 2],
        [6, 5],
      ]);
      expect(x.topk(1, 0, { largest: false }).indices.toArray()).toEqual([[0, 0, 0]]);
      expect(() => x.topk(4)).toThrow("topk: k = 4 exceeds dim -1 of size 3");
    });
  });

  it("hands gradients to the elements that it moved, to second order", () => {
    const x = tensor([0.3, -1, 2, 0.7, 1.5, -0.2], { shape: [2, 3], dtype: "float64" });
    const weights = tensor([1, 2, 3], { dtype: "float64" });
    on(() => {
      expect(grad((t: Tensor) => t.sort().values.mul(weights).sum())(x).toArray()).toEqual([
        [2, 1, 3],
        [2, 3, 1],
      ]);
      const sorted = (t: Tensor) => t.sort(0, { descending: true }).values.square().mul(weights).sum();
      const largest = (t: Tensor) => t.topk(2).values.exp().sum();
      for (const f of [sorted, largest]) {
        gradcheck(f, [x]);
        gradcheck((t: Tensor) => grad(f)(t).square().sum(), [x]);
      }
    });
  });
});
