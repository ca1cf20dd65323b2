import { ChainruleError, grad, ones, type Tensor, tensor, withBackend } from "@chainrule/core";
import { interpreter, wasm } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { callsOf, type Name, names, resultsOf, title } from "./edges.ts";

const shapes = [[], [0], [1], [0, 3], [3, 0], [0, 0, 0]];

/** A call's results, after the gradient of the sum of float ones; null if the library refuses the call. */
function attempt(name: Name, x: Tensor, args: readonly unknown[]): Tensor[] | null {
  try {
    const floats = (t: Tensor) => t.dtype.startsWith("float");
    const sum = (t: Tensor) =>
      resultsOf(name, t, args)
        .filter(floats)
        .reduce((total, y) => total.add(y.sum()), tensor(0));
    const made = resultsOf(name, x, args);
    if (floats(x) && made.some(floats)) expect(grad(sum)(x).shape).toEqual(x.shape);
    for (const y of made) y.data();
    return made;
  } catch (error) {
    if (error instanceof ChainruleError) return null;
    throw error;
  }
}

describe.each([interpreter, wasm])("on $name, scalars, no elements and one", (backend) => {
  it.each(names)(
    "%s returns tensors and gradients of the declared shapes for some calls, and refuses the others",
    (name) => {
      const dtypes = backend === wasm ? (["float32", "bool", "int32"] as const) : (["int32"] as const);
      let answered = 0;
      for (const shape of shapes)
        for (const dtype of dtypes) {
          const x = ones(shape, { dtype });
          for (const args of callsOf(name, x)) {
            const made = withBackend(backend, () => attempt(name, x, args));
            if (made) answered++;
            for (const y of made ?? []) {
              const data = withBackend(backend, () => y.data());
              expect(data.length, title(name, shape, args)).toBe(y.shape.reduce((a, b) => a * b, 1));
              if (y.dtype === "bool") expect(Array.from(data).every((v) => v === 0 || v === 1)).toBe(true);
            }
          }
        }
      expect(answered).toBeGreaterThan(0);
    },
  );
});

describe("a scalar takes dim 0 and −1 as in PyTorch", () => {
  const [place, places] = [tensor(0, { dtype: "int32" }), tensor([0, 0], { dtype: "int32" })];
  const answers: readonly (readonly [Name, readonly unknown[], unknown])[] = [
    ["gather", [0, place], 3],
    ["gather", [-1, places], [3, 3]],
    ["takeAlongDim", [places, 0], [3, 3]],
    ["indexSelect", [0, place], 3],
    ["scatter", [0, place, tensor(5)], 5],
    ["scatterAdd", [-1, places, tensor([5, 6])], 14],
    ["scatterReduce", [0, place, tensor(5), "amax"], 5],
    ["scatterReduce", [-1, places, tensor([5, 6]), "prod"], 90],
    ["scatterReduce", [0, places, tensor([5, 6]), "mean", { includeSelf: false }], 5.5],
    ["indexAdd", [0, place, tensor(5)], 8],
    ["indexCopy", [-1, place, tensor(5)], 5],
    ["indexFill", [0, place, 7], 7],
    ["transpose", [0, -1], 3],
    ["movedim", [0, 0], 3],
    ["windows", [0, 1], [3]],
    ["flip", [0], 3],
    ["cumsum", [-1], 3],
    ["cumprod", [0], 3],
    ["softmax", [0], 1],
    ["logSumExp", [-1], 3],
    ["sum", [0], 3],
    ["amax", [-1], 3],
    ["argmax", [0], 0],
    ["squeeze", [0], 3],
    ["norm", [2, 0], 3],
  ];
  it.each(answers)("%s(%j) of 3", (name, args, expected) => {
    expect(resultsOf(name, tensor(3), args)[0]?.toArray()).toEqual(expected);
  });
  it("max, min, cummax and cummin say where they found it", () => {
    const x = tensor(3);
    for (const { values, indices } of [x.max(0), x.min(0), x.cummax(0), x.cummin(-1)])
      expect([values.item(), indices.item()]).toEqual([3, 0]);
  });
});

describe("of nothing", () => {
  const nothing = ones([0, 3]);
  it("reductions give what their formulas say, and choices are refused by the name that was called", () => {
    expect([nothing.sum(), nothing.prod(), nothing.norm(), nothing.logSumExp()].map((y) => y.item())).toEqual(
      [0, 1, 0, -Infinity],
    );
    expect([nothing.mean(), nothing.var(), nothing.std()].every((y) => Number.isNaN(y.item()))).toBe(true);
    expect(nothing.amax(1).shape).toEqual([0]);
    for (const name of ["amax", "amin", "argmax", "max", "min"] as const)
      expect(() => nothing[name](0)).toThrow(`${name}: [0, 3] has no element`);
  });
  it("einsum meets an axis of size 1 with one of size 0", () => {
    expect(
      ones([1, 2])
        .mul(1)
        .transpose()
        .matmul(ones([1, 0])).shape,
    ).toEqual([2, 0]);
  });
  it("nothing is read, divided or refused", () => {
    const empty = tensor([], { dtype: "int32" });
    expect(empty.floorDivide(empty.mul(0)).toArray()).toEqual([]);
    expect(empty.floorDivide(0).toArray()).toEqual([]);
    expect(tensor([]).gather(0, empty).toArray()).toEqual([]);
    expect(tensor([]).indexSelect(0, empty).toArray()).toEqual([]);
  });
});
