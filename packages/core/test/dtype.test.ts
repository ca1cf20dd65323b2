import { type DType, ones, tensor, where } from "@chainrule/core";
import { describe, expect, it } from "vitest";

const dtypes: readonly DType[] = ["bool", "int32", "float32", "float64"];

/** What two dtypes make together, as a table. */
const promoted: Record<DType, Record<DType, DType>> = {
  bool: { bool: "bool", int32: "int32", float32: "float32", float64: "float64" },
  int32: { bool: "int32", int32: "int32", float32: "float32", float64: "float64" },
  float32: { bool: "float32", int32: "float32", float32: "float32", float64: "float64" },
  float64: { bool: "float64", int32: "float64", float32: "float64", float64: "float64" },
};

const pairs = dtypes.flatMap((a) => dtypes.map((b) => [a, b] as const));

describe("promotion", () => {
  it.each(pairs)("of %s with %s", (a, b) => {
    const [x, y] = [ones([2], { dtype: a }), ones([2], { dtype: b })];
    const both = promoted[a][b];
    const number = both === "bool" ? "int32" : both;
    expect(where(tensor([true, false]), x, y).dtype).toBe(both);
    expect(x.add(y).dtype).toBe(number);
    expect(x.mul(y).dtype).toBe(number);
    expect(x.div(y).dtype).toBe(both === "float64" ? "float64" : "float32");
    expect(x.lt(y).dtype).toBe("bool");
    expect(x.matmul(y).dtype).toBe(number);
  });
  it.each(dtypes)("of %s through functions of reals and sums", (dtype) => {
    const x = ones([2], { dtype });
    expect(x.exp().dtype).toBe(dtype === "float64" ? "float64" : "float32");
    expect(x.mean().dtype).toBe(dtype === "float64" ? "float64" : "float32");
    expect(x.sum().dtype).toBe(dtype === "bool" ? "int32" : dtype);
    expect(x.amax().dtype).toBe(dtype);
    expect(x.argmax().dtype).toBe("int32");
  });
});

describe("JavaScript scalars", () => {
  const results: readonly (readonly [DType, number | boolean, DType])[] = [
    ["bool", true, "int32"],
    ["bool", 2, "int32"],
    ["bool", 1.5, "float32"],
    ["int32", true, "int32"],
    ["int32", 2, "int32"],
    ["int32", 1.5, "float32"],
    ["float32", true, "float32"],
    ["float32", 2, "float32"],
    ["float32", 0.1, "float32"],
    ["float64", 2, "float64"],
    ["float64", 0.1, "float64"],
  ];
  it.each(results)("are weak: %s + %s is %s", (dtype, scalar, expected) => {
    expect(ones([2], { dtype }).add(scalar).dtype).toBe(expected);
  });
  it("keep their full precision beside float64", () => {
    expect(tensor([0], { dtype: "float64" }).add(0.1).item()).toBe(0.1);
  });
});

describe("whole numbers", () => {
  const x = tensor([7, -7, 7, -7], { dtype: "int32" });
  const y = tensor([2, 2, -2, -2], { dtype: "int32" });
  it("divide to reals", () => {
    expect(x.div(y).toArray()).toEqual([3.5, -3.5, -3.5, 3.5]);
    expect(x.div(y).dtype).toBe("float32");
  });
  it("divide down to whole numbers, and leave remainders with the divisor's sign, as Python's", () => {
    expect(x.floorDivide(y).toArray()).toEqual([3, -4, -4, 3]);
    expect(x.remainder(y).toArray()).toEqual([1, 1, -1, -1]);
    expect(x.fmod(y).toArray()).toEqual([1, -1, 1, -1]);
  });
  it("wrap around at 32 bits", () => {
    const most = tensor([2 ** 31 - 1], { dtype: "int32" });
    expect(most.add(1).item()).toBe(-(2 ** 31));
    expect(most.mul(most).item()).toBe(1);
  });
});

describe("to()", () => {
  it("truncates and saturates towards int32, and asks ≠ 0 towards bool", () => {
    const x = tensor([1.9, -1.9, 3e9, -3e9, Number.NaN, 0], { dtype: "float64" });
    expect(x.to("int32").toArray()).toEqual([1, -1, 2 ** 31 - 1, -(2 ** 31), 0, 0]);
    expect(x.to("bool").toArray()).toEqual([true, true, true, true, true, false]);
  });
  it("rounds float64 to float32, and passes gradients in the dtype of the leaf", () => {
    const x = tensor([0.1], { dtype: "float64", requiresGrad: true });
    expect(x.to("float32").item()).toBe(Math.fround(0.1));
    x.to("float32").mul(2).sum().backward();
    expect(x.grad?.dtype).toBe("float64");
    expect(x.grad?.toArray()).toEqual([2]);
  });
});
