import assert from "node:assert";
import { inspect, isDeepStrictEqual } from "node:util";
import {
  allclose,
  Cell,
  ChainruleError,
  compile,
  type DType,
  equal,
  fromJSON,
  Parameter,
  Tensor,
  tensor,
  zeros,
} from "@chainrule/core";
import { describe, expect, it } from "vitest";

const dtypes: readonly DType[] = ["bool", "int32", "float32", "float64"];
const special = [0, -0, 1, -1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1, 1e300];
const samples = dtypes.map((dtype) => {
  const values = dtype === "int32" ? [0, -1, 2 ** 31 - 1, -(2 ** 31)] : special;
  return [dtype, tensor([values, values], { dtype })] as const;
});

/** Bit for bit the same, NaN and −0 included. */
function expectSame(got: Tensor, x: Tensor): void {
  expect([got.dtype, got.shape]).toEqual([x.dtype, x.shape]);
  expect(got.data().every((e, i) => Object.is(e, x.data()[i]))).toBe(true);
}

describe("JSON", () => {
  it.each(samples)("holds %s bit for bit", (_, x) => {
    expectSame(Tensor.fromJSON(JSON.parse(JSON.stringify(x))), x);
  });
  it.each([
    ["a scalar", tensor(2.5)],
    ["nothing", zeros([2, 0, 3])],
    ["a parameter", new Parameter(tensor([1, 2]))],
    ["a cell", new Cell(tensor([1, 2]))],
    ["what is still to be computed", tensor([1, 2]).mul(3)],
  ])("holds %s", (_, x) => {
    expectSame(Tensor.fromJSON(JSON.parse(JSON.stringify(x))), x);
  });
  it("holds trees of tensors among other things", () => {
    const state = {
      "0.weight": tensor([1, Number.NaN]),
      step: 3,
      names: ["a"],
      groups: [{ m: tensor(1) }],
      none: null,
    };
    const back = fromJSON<typeof state>(JSON.parse(JSON.stringify(state)));
    expectSame(back["0.weight"], state["0.weight"]);
    expectSame(back.groups[0]?.m as Tensor, tensor(1));
    expect([back.step, back.names, back.none]).toEqual([3, ["a"], null]);
  });
  const good = { dtype: "float32", shape: [2], data: [1, 2] };
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  it.each([
    ["text", JSON.stringify(good), /JSON\.parse/],
    ["too few elements", { ...good, shape: [3] }, /2 elements do not fill/],
    ["another dtype", { ...good, dtype: "int64" }, /no dtype int64/],
    ["a shape that is none", { ...good, shape: [-2] }, /not a shape/],
    ["a shape that is a number", { ...good, shape: 2 }, /arrays/],
    ["null for an element", { ...good, data: [1, null] }, /element 1 is null/],
    ["a word for an element", { ...good, data: [1, "constructor"] }, /element 1 is "constructor"/],
    ["a fraction in int32", { ...good, dtype: "int32", data: [1, 0.5] }, /element 1 is 0\.5.*int32/],
    ["two in bool", { ...good, dtype: "bool", data: [1, 2] }, /element 1 is 2.*bool/],
  ])("is refused where it holds %s", (_, data, message) => {
    expect(() => fromJSON(data)).toThrow(message);
    expect(() => Tensor.fromJSON(data as never)).toThrow(ChainruleError);
  });
  it("is refused where it holds itself, or is no tensor", () => {
    expect(() => fromJSON(cyclic)).toThrow(/holds itself/);
    for (const x of [null, undefined, 1, {}, []]) expect(() => Tensor.fromJSON(x as never)).toThrow(/toJSON/);
  });
  it("is refused inside a compiled function", () => {
    expect(() => compile((x: Tensor) => JSON.stringify(x))(tensor([1]))).toThrow(ChainruleError);
  });
});

describe("copies by others", () => {
  it.each(samples)("of %s hold its elements, and are tensors again by fromJSON", (_, x) => {
    for (const copy of [
      structuredClone(x),
      { ...x },
      Object.assign({}, x),
      JSON.parse(JSON.stringify({ ...x })),
    ])
      expectSame(fromJSON<Tensor>(copy), x);
  });
  it("of state dicts hold all tensors", () => {
    const state = { "0.weight": tensor([[1, 2]]), "0.bias": tensor([3]) };
    const back = fromJSON<typeof state>(structuredClone(state));
    expectSame(back["0.weight"], state["0.weight"]);
    expectSame(back["0.bias"], state["0.bias"]);
  });
  it("leave printing as it is", () => {
    expect(inspect(tensor([1, 2]))).toBe(String(tensor([1, 2])));
  });
});

describe("deep equality", () => {
  const x = tensor([1, 2]);
  const others = [
    ["other elements", tensor([1, 3])],
    ["another shape", tensor([[1, 2]])],
    ["another dtype", tensor([1, 2], { dtype: "float64" })],
    ["another kind of zero", tensor([-0, 2])],
    ["a parameter", new Parameter(tensor([1, 2]))],
  ] as const;
  it.each(others)("of node:assert tells %s apart", (_, y) => {
    expect(() => assert.deepStrictEqual(x, y)).toThrow();
    expect(() => assert.deepStrictEqual({ w: [x] }, { w: [y] })).toThrow();
    expect(isDeepStrictEqual(x, y)).toBe(false);
  });
  it("of node:assert holds for equal tensors", () => {
    assert.deepStrictEqual({ w: [x] }, { w: [tensor([0, 1]).add(1)] });
    assert.notDeepStrictEqual(tensor([0]), tensor([-0]));
    assert.deepStrictEqual(tensor([Number.NaN]), tensor([Number.NaN]));
  });
  it.each(others)("of Vitest never passes for %s", (_, y) => {
    expect(() => expect(x).toEqual(y)).toThrow();
    expect(() => expect({ w: x }).toEqual({ w: y })).toThrow();
    expect(() => expect({ w: x }).toStrictEqual({ w: y })).toThrow();
    expect(() => expect(x).toMatchObject(y)).toThrow();
  });
  it("of Vitest holds for equal tensors, or says how to compare them", () => {
    for (const compare of [
      () => expect(x).toEqual(tensor([1, 2])),
      () => expect({ w: x }).toStrictEqual({ w: tensor([1, 2]) }),
      () => expect([x]).not.toEqual([tensor([3])]),
    ])
      try {
        compare();
      } catch (error) {
        expect(String(error)).toMatch(/x\.equal\(y\)/);
      }
  });
});

describe("equal and allclose", () => {
  const x = tensor([1, 2, Number.NaN]);
  const y = x.narrow(0, 0, 2);
  it("compare shapes and elements", () => {
    expect([
      y.equal(tensor([1, 2])),
      y.equal(tensor([1, 3])),
      y.equal(tensor([[1, 2]])),
      y.equal(tensor(1)),
    ]).toEqual([true, false, false, false]);
    expect(y.equal(tensor([1, 2], { dtype: "int32" }))).toBe(true);
    expect([x.equal(x), zeros([0]).equal(zeros([0])), zeros([0]).equal(zeros([0, 1]))]).toEqual([
      false,
      true,
      false,
    ]);
  });
  it("allow differences, absolute and relative to the other", () => {
    expect(y.allclose(tensor([1 + 1e-6, 2]))).toBe(true);
    expect(y.allclose(tensor([1 + 1e-3, 2]))).toBe(false);
    expect(y.allclose(tensor([1.1, 2]), { atol: 0.2 })).toBe(true);
    expect(y.allclose(tensor([1.1, 2.2]), { rtol: 0.1 })).toBe(true);
    expect(tensor([2, 2]).allclose(2)).toBe(true);
    expect([x.allclose(x), x.allclose(x, { equalNaN: true })]).toEqual([false, true]);
    expect([equal(y, y), allclose(y, y), equal(x, x)]).toEqual([true, true, false]);
  });
  it("refuse what is no tensor", () => {
    for (const wrong of [null, undefined, [1, 2], "x", {}]) {
      expect(() => y.equal(wrong as never)).toThrow(ChainruleError);
      expect(() => y.allclose(wrong as never)).toThrow(ChainruleError);
    }
  });
});

describe("texts", () => {
  it("have tensors printed by templates and String, and name the fix elsewhere", () => {
    const x = tensor(2);
    expect(`loss ${x}`).toBe(`loss ${String(x)}`);
    const plus = (a: unknown, b: unknown) => (a as string) + (b as string);
    expect(() => plus("loss ", x)).toThrow(/String\(x\)/);
    expect(() => plus(x, 1)).toThrow(/x\.add\(y\)/);
  });
});
