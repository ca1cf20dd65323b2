import { ones, type Tensor, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { callsOf, type Name, resultsOf, title } from "./edges.ts";

/** Ops that choose, move, pad, clamp or write elements: what they give is of x's dtype, with elements of x or what was given. */
const keeping: readonly Name[] = [
  ...(["reshape", "expand", "permute", "slice", "flip", "roll", "diagonal", "diagEmbed", "windows"] as const),
  ...(["transpose", "movedim", "squeeze", "unsqueeze", "flatten", "unflatten", "narrow", "select"] as const),
  ...([
    "split",
    "chunk",
    "unbind",
    "repeat",
    "tile",
    "repeatInterleave",
    "rot90",
    "tril",
    "triu",
    "diag",
  ] as const),
  ...([
    "pad",
    "gather",
    "indexSelect",
    "takeAlongDim",
    "take",
    "at",
    "scatter",
    "indexCopy",
    "indexFill",
  ] as const),
  ...(["maskedFill", "maskedSelect", "setAt", "amax", "amin", "nanToNum", "relu"] as const),
];

/** Ops on two tensors of one dtype that give elements of either. */
const choosing = ["maximum", "minimum", "fmax", "fmin", "heaviside"] as const;

/** Ops that count or add up: bool becomes int32, as in `sum`. */
const adding: readonly Name[] = ["sum", "cumsum", "cumprod", "prod", "scatterAdd", "indexAdd", "addAt"];

const shape = [2, 3];
const valid = (name: Name, x: Tensor): (readonly unknown[])[] =>
  callsOf(name, x).filter((args) => {
    try {
      return resultsOf(name, x, args).length > 0;
    } catch {
      return false;
    }
  });

describe.each(["bool", "int32"] as const)("%s", (dtype) => {
  const x = ones(shape, { dtype });

  it.each(keeping)("stays what it is through %s", (name) => {
    const square = name === "tril" || name === "triu" || name === "diag" ? ones([3, 3], { dtype }) : x;
    const called = valid(name, square);
    expect(called.length).toBeGreaterThan(0);
    for (const args of called)
      for (const y of resultsOf(name, square, args)) {
        expect(y.dtype, title(name, shape, args)).toBe(dtype);
        expect(Array.from(y.data()).every((v) => v === 0 || v === 1)).toBe(true);
      }
  });

  it.each(choosing)("stays what it is where %s chooses", (name) => {
    const [a, b] = [tensor([0, 0, 1, 1], { dtype }), tensor([0, 1, 0, 1], { dtype })];
    const y = a[name](b);
    const truth = { maximum: [0, 1, 1, 1], minimum: [0, 0, 0, 1], fmax: [0, 1, 1, 1], fmin: [0, 0, 0, 1] };
    expect(y.dtype).toBe(dtype);
    expect(Array.from(y.data())).toEqual(name === "heaviside" ? [0, 1, 1, 1] : truth[name]);
  });

  it("stays what it is through clamp, cummax, cummin, max, min and scatterReduce by extrema", () => {
    const places = tensor([0, 0, 1], { dtype: "int32" });
    const v = tensor([0, 1, 1], { dtype });
    for (const how of ["amax", "amin"] as const)
      for (const includeSelf of [true, false]) {
        const y = tensor([0, 0, 1], { dtype }).scatterReduce(0, places, v, how, { includeSelf });
        expect(y.dtype).toBe(dtype);
        expect(Array.from(y.data())).toEqual([
          how === "amax" ? 1 : 0,
          includeSelf && how === "amin" ? 0 : 1,
          1,
        ]);
      }
    for (const y of [x.clamp(x, x), x.cummax(0).values, x.cummin(1).values, x.max(0).values, x.min(1).values])
      expect(y.dtype).toBe(dtype);
  });

  it.each(adding)("adds up to int32 in %s", (name) => {
    const called = valid(name, x);
    expect(called.length).toBeGreaterThan(0);
    for (const args of called)
      for (const y of resultsOf(name, x, args)) expect(y.dtype, title(name, shape, args)).toBe("int32");
  });
});

it("numbers that the dtype cannot say make it one that can, and are not cut", () => {
  const x = tensor([1, 2], { dtype: "int32" });
  const at = tensor([0], { dtype: "int32" });
  expect(x.pad([1, 0], { value: 1.5 }).toArray()).toEqual([1.5, 1, 2]);
  expect(x.indexFill(0, at, 1.5).toArray()).toEqual([1.5, 2]);
  expect(x.setAt([0], 1.5).toArray()).toEqual([1.5, 2]);
  expect(tensor([true]).pad([1, 0], { value: 2 }).toArray()).toEqual([2, 1]);
});
