import { inspect } from "node:util";
import {
  arange,
  ChainruleError,
  evaluate,
  ones,
  Parameter,
  type Tensor,
  tensor,
  zeros,
} from "@chainrule/core";
import { describe, expect, it } from "vitest";

describe("reading", () => {
  it("gives the one element, or says how many there are", () => {
    expect(tensor([[2.5]]).item()).toBe(2.5);
    expect(() => ones([2, 3]).item()).toThrow(/item.*\[2, 3\].*6.*toArray/);
    expect(() => zeros([0]).item()).toThrow(/item.*\[0\].*0 elements/);
  });
  it("gives copies: changing them changes no tensor", () => {
    const x = tensor([1, 2, 3]);
    const y = x.mul(1);
    const views = [x.detach(), x.to("float32"), x.reshape([3])];
    for (const t of [x, y]) {
      t.data()[0] = 99;
      (t.toArray() as number[])[1] = 99;
    }
    for (const t of [x, y, ...views]) expect(t.toArray()).toEqual([1, 2, 3]);
  });
  it("gives data in the typed array of the dtype", () => {
    expect(tensor([true]).data()).toEqual(new Uint8Array([1]));
    expect(tensor([1], { dtype: "int32" }).data()).toEqual(new Int32Array([1]));
    expect(tensor([1]).data()).toEqual(new Float32Array([1]));
    expect(tensor([1], { dtype: "float64" }).data()).toEqual(new Float64Array([1]));
  });
  it("gives a 0-d tensor as a bare element", () => {
    expect(tensor(2).toArray()).toBe(2);
    expect(tensor(true).toArray()).toBe(true);
  });
  it("works out several tensors at once", () => {
    const x = arange(4);
    const [a, b] = [x.sum(), x.mul(2)];
    evaluate(a, b);
    expect([a.item(), b.toArray()]).toEqual([6, [0, 2, 4, 6]]);
  });
  it("has shape, dtype, ndim and size", () => {
    const x = zeros([2, 0, 3]);
    expect([x.shape, x.ndim, x.size, x.dtype]).toEqual([[2, 0, 3], 3, 0, "float32"]);
  });
});

describe("JavaScript syntax on tensors", () => {
  const loose = (x: unknown) => x as number;
  it.each<[string, (x: Tensor) => unknown]>([
    ["x + 1", (x) => loose(x) + 1],
    ["2 * x", (x) => 2 * loose(x)],
    ["-x", (x) => -loose(x)],
    ["x < y", (x) => loose(x) < 3],
    ["x + y", (x) => loose(x) + loose(tensor(1))],
    ["Number(x)", (x) => Number(x)],
  ])("%s is an error that names the method", (_, f) => {
    expect(() => f(tensor([1, 2]))).toThrow(ChainruleError);
    expect(() => f(tensor([1, 2]))).toThrow(/x\.add\(y\)/);
  });
  it("iterating is an error that names what to do", () => {
    expect(() => [...(ones([2, 2]) as unknown as number[])]).toThrow(/iteration.*unbind\(\).*toArray/);
    expect(() => [...(ones([2]) as unknown as number[])]).toThrow(/iteration.*toArray/);
  });
  it("prints in templates", () => {
    expect(`${tensor(2)}`).toBe("tensor(2, shape [], float32)");
  });
});

describe("printing", () => {
  const printed: readonly (readonly [Tensor, string])[] = [
    [tensor(1.5), "tensor(1.5, shape [], float32)"],
    [tensor([1, 2.5, -3]), "tensor([ 1.0,  2.5, -3.0], shape [3], float32)"],
    [
      tensor([0.1, 0.25, 1 / 3], { dtype: "float64" }),
      "tensor([0.1000, 0.2500, 0.3333], shape [3], float64)",
    ],
    [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      "tensor([[1, 2],\n        [3, 4]], shape [2, 2], float32)",
    ],
    [tensor([true, false]), "tensor([ true, false], shape [2], bool)"],
    [tensor([1, -20, 300], { dtype: "int32" }), "tensor([  1, -20, 300], shape [3], int32)"],
    [tensor([Number.NaN, 1.5, Infinity, -Infinity]), "tensor([ nan,  1.5,  inf, -inf], shape [4], float32)"],
    [tensor([1e-10, 1]), "tensor([1.0000e-10, 1.0000e+00], shape [2], float32)"],
    [tensor([1e9]), "tensor([1.0000e+09], shape [1], float32)"],
    [
      tensor([1e-300, -1e300], { dtype: "float64" }),
      "tensor([ 1.0000e-300, -1.0000e+300], shape [2], float64)",
    ],
    [zeros([0]), "tensor([], shape [0], float32)"],
    [zeros([2, 0]), "tensor([[],\n        []], shape [2, 0], float32)"],
    [
      arange(8).reshape([2, 2, 2]),
      "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]], shape [2, 2, 2], float32)",
    ],
    [arange(1001), "tensor([   0,    1,    2, …,  998,  999, 1000], shape [1001], float32)"],
    [
      arange(2000).reshape([40, 50]),
      [
        "tensor([[   0,    1,    2, …,   47,   48,   49],",
        "        [  50,   51,   52, …,   97,   98,   99],",
        "        [ 100,  101,  102, …,  147,  148,  149],",
        "        …,",
        "        [1850, 1851, 1852, …, 1897, 1898, 1899],",
        "        [1900, 1901, 1902, …, 1947, 1948, 1949],",
        "        [1950, 1951, 1952, …, 1997, 1998, 1999]], shape [40, 50], float32)",
      ].join("\n"),
    ],
    [new Parameter(tensor([1, 2])), "tensor([1, 2], shape [2], float32, requiresGrad)"],
  ];
  it.each(printed)("%# aligns, shortens and says shape and dtype", (x, text) => {
    expect(x.toString()).toBe(text);
    expect(inspect(x)).toBe(text);
  });
  it("breaks long rows into lines of at most 80 characters", () => {
    const lines = arange(100).toString().split("\n");
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/^ {8}\d/);
  });
});

describe("printing", () => {
  it.each([
    [new Array<number>(17).fill(2), 1e6],
    [new Array<number>(7).fill(6), 1e6],
    [new Array<number>(300).fill(1), 1e4],
    [[10_000, 0, 3], 1e3],
    [[100_000], 1e3],
    [[12, 12, 12, 12], 1e5],
  ])("shows a tensor of any shape, as of %j, in bounded length", (shape, longest) => {
    const text = String(zeros(shape));
    expect(text).toContain(`shape [${shape.join(", ")}], float32)`);
    expect(text.length).toBeLessThan(longest);
  });
});
