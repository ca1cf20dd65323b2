import {
  arange,
  ChainruleError,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "@chainrule/core";
import { describe, expect, it } from "vitest";

describe("tensor()", () => {
  it("takes shape and elements from nested arrays", () => {
    const x = tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
      [
        [9, 10],
        [11, 12],
      ],
    ]);
    expect(x.shape).toEqual([3, 2, 2]);
    expect(x.dtype).toBe("float32");
    expect(x.toArray()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
      [
        [9, 10],
        [11, 12],
      ],
    ]);
  });
  it("takes a number as a scalar, and booleans as bool", () => {
    expect(tensor(3).shape).toEqual([]);
    expect(tensor(true).dtype).toBe("bool");
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]]);
  });
  it("takes booleans among numbers as 0 and 1", () => {
    expect(tensor([true, 2]).toArray()).toEqual([1, 2]);
  });
  it.each([
    [new Int32Array([-1, 2]), "int32", [-1, 2]],
    [new Float32Array([0.5]), "float32", [0.5]],
    [new Float64Array([0.1]), "float64", [0.1]],
  ] as const)("takes the dtype of %o", (array, dtype, elements) => {
    const x = tensor(array);
    expect(x.dtype).toBe(dtype);
    expect(x.toArray()).toEqual(elements);
  });
  it("copies typed arrays", () => {
    const array = new Float32Array([1, 2]);
    const x = tensor(array);
    array[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });
  it("lays a flat array out in a given shape", () => {
    expect(tensor(new Float32Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] }).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
  it("has shapes with zero-size axes", () => {
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(tensor([[], []]).toArray()).toEqual([[], []]);
    expect(tensor(new Float32Array(0), { shape: [0, 3] }).toArray()).toEqual([]);
  });
  it("rounds to the dtype that is asked for", () => {
    expect(tensor([0.1]).item()).toBe(Math.fround(0.1));
    expect(tensor([0.1], { dtype: "float64" }).item()).toBe(0.1);
    expect(tensor([1.9, -1.9], { dtype: "int32" }).toArray()).toEqual([1, -1]);
    expect(tensor([0, 0.5, -2], { dtype: "bool" }).toArray()).toEqual([false, true, true]);
  });
  it.each([
    [[[1, 2], [3]], /ragged.*\[1\] has 1/],
    [[[1], 2], /ragged.*\[1\]/],
    [[1, [2]], /ragged.*\[1\]/],
    [
      [
        [1, 2],
        [3, [4]],
      ],
      /ragged.*\[1\]\[1\]/,
    ],
  ] as [never, RegExp][])("refuses the ragged %j, naming the place", (data, message) => {
    expect(() => tensor(data)).toThrow(ChainruleError);
    expect(() => tensor(data)).toThrow(message);
  });
  it.each([[["a"]], [[null]], [[undefined]], [{}], ["x"], [null], [undefined], [[1n]]])(
    "refuses %o, which holds no numbers",
    (data) => {
      expect(() => tensor(data as never)).toThrow(ChainruleError);
    },
  );
});

describe("creation", () => {
  it("fills", () => {
    expect(zeros([2, 2]).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(ones([2], { dtype: "int32" }).dtype).toBe("int32");
    expect(full([2], true).toArray()).toEqual([true, true]);
    expect(full([2], 0.5, { dtype: "bool" }).toArray()).toEqual([true, true]);
    expect(full([], 7).item()).toBe(7);
    expect(zeros([0, 2]).toArray()).toEqual([]);
  });
  it("fills like another tensor, keeping shape and dtype", () => {
    const x = tensor([[1, 2]], { dtype: "float64" });
    expect([zerosLike(x).dtype, onesLike(x).shape]).toEqual(["float64", [1, 2]]);
    expect(onesLike(x, { dtype: "int32" }).dtype).toBe("int32");
  });
  it("makes identity matrices", () => {
    expect(eye(2, 3).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(eye(2, 2, { dtype: "bool" }).toArray()).toEqual([
      [true, false],
      [false, true],
    ]);
  });
  it("counts", () => {
    expect(arange(4).toArray()).toEqual([0, 1, 2, 3]);
    expect(arange(5, 0, -2).toArray()).toEqual([5, 3, 1]);
    expect(arange(0, 1, 0.1, { dtype: "float64" }).size).toBe(10);
    expect(arange(0).shape).toEqual([0]);
    expect(arange(2, 2).shape).toEqual([0]);
  });
  it("divides intervals, both ends included", () => {
    expect(linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linspace(3, 9, 1).toArray()).toEqual([3]);
    expect(linspace(3, 9, 0).shape).toEqual([0]);
  });
});
