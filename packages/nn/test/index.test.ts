import { Tensor, tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";

const { functional } = nn;
const isClass = (name: string) => /^[A-Z]/.test(name);
const bases = ["Layer", "Module"];

describe("the names of layers and losses", () => {
  const classes = Object.entries(nn).filter(([name]) => isClass(name) && !bases.includes(name));

  it.each(classes)("%s has a static name, which survives a minifier", (name, type) => {
    const own = Object.getOwnPropertyDescriptor(type, "name");
    expect(own).toMatchObject({ value: name, writable: true });
  });

  it("a model prints the names of its classes, a user's own included", () => {
    class Scaled extends nn.ReLU {}
    expect(String(new nn.Sequential(new nn.ReLU(), new Scaled()))).toBe(
      "Sequential(\n  (0): ReLU()\n  (1): Scaled()\n)",
    );
  });
});

describe("functional", () => {
  it("functional has every function that the package exports", () => {
    const functions = Object.entries(nn).filter(([name, f]) => typeof f === "function" && !isClass(name));
    const own = ["momentsOf", "runningMoments"];
    for (const [name, f] of functions.filter(([name]) => !own.includes(name)))
      expect((functional as Record<string, unknown>)[name], name).toBe(f);
  });

  const x = tensor([
    [-2, -0.5, 0, 1],
    [0.25, 4, -1, 3],
  ]);
  const arguments_: Readonly<Record<string, readonly unknown[]>> = {
    softmax: [1],
    logSoftmax: [1],
    threshold: [0.1, 20],
    pad: [[1, 1], { value: 2 }],
    hardtanh: [-0.5, 0.5],
  };
  const methods = Object.entries(functional).filter(
    ([name]) => name in Tensor.prototype && !["oneHot", "fold", "unfold", "embedding"].includes(name),
  );

  it.each(methods)("functional.%s equals the method of that name", (name, f) => {
    const rest = arguments_[name] ?? [];
    const method = (x as unknown as Record<string, (...rest: unknown[]) => Tensor>)[name];
    const y = (f as (...all: unknown[]) => Tensor)(x, ...rest);
    expect(y.toArray()).toEqual(method?.apply(x, [...rest]).toArray());
  });

  it("functional has the longer name of bceWithLogits, one-hot vectors and GELU by tanh", () => {
    expect(functional.binaryCrossEntropyWithLogits).toBe(nn.bceWithLogits);
    expect(functional.oneHot(tensor([1, 0], { dtype: "int32" }), 2).toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(functional.gelu(x, { approximate: "tanh" }).toArray()).toEqual(x.geluTanh().toArray());
  });
});
