import {
  Cell,
  ChainruleError,
  compile,
  grad,
  hessian,
  jacobian,
  jvp,
  noGrad,
  Parameter,
  Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from "@chainrule/core";
import { describe, expect, it } from "vitest";

class Model {
  readonly scale = new Parameter(tensor([2, -1]));
  readonly shift = new Parameter(tensor(3, { dtype: "float64" }));
  readonly running = new Cell(tensor([5]));
  namedParameters(): [string, Parameter][] {
    return [
      ["0.scale", this.scale],
      ["shift", this.shift],
    ];
  }
}

/** The tensors that a function finds in its argument. */
function tensorsIn(x: unknown): Tensor[] {
  if (x instanceof Tensor) return [x];
  if (x instanceof Model) return [x.scale, x.shift];
  return typeof x === "object" && x !== null ? Object.values(x).flatMap(tensorsIn) : [];
}

/** Σ x², whose gradient is 2x and whose second derivatives are 2 on the diagonal. */
const squares = (x: unknown): Tensor =>
  tensorsIn(x)
    .map((t) => t.square().sum())
    .reduce((a, b) => a.add(b));

/** Numbers in the place of tensors. */
function plain(x: unknown): unknown {
  if (x instanceof Tensor) return x.toArray();
  if (Array.isArray(x)) return x.map(plain);
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([k, y]) => [k, plain(y)]));
}

const bare = Object.assign(Object.create(null), { w: tensor([1, 4]) });

/** What can be differentiated by: the argument, its gradient of Σ x², and a tangent of ones. */
const kinds: readonly (readonly [string, unknown, unknown, unknown])[] = [
  ["a float32 tensor", tensor([1, 2]), [2, 4], tensor([1, 1])],
  ["a float64 tensor", tensor(0.5, { dtype: "float64" }), 1, 1],
  ["a number", 3, 6, 1],
  ["a parameter", new Parameter(tensor([1, 2])), [2, 4], tensor([1, 1])],
  ["a cell", new Cell(tensor([1, 2])), [2, 4], tensor([1, 1])],
  ["a module", new Model(), { "0.scale": [4, -2], shift: 6 }, { "0.scale": tensor([1, 1]), shift: 1 }],
  ["a list", [tensor([1]), 2], [[2], 4], [tensor([1]), 1]],
  [
    "a tree with numbers, modules and other things",
    { w: [tensor([1]), 0.5], m: new Model(), name: "x", none: null, f: Math.max, on: true },
    { w: [[2], 1], m: { "0.scale": [4, -2], shift: 6 }, name: "x", none: null, f: Math.max, on: true },
    { w: [tensor([1]), 1], m: { "0.scale": tensor([1, 1]), shift: 1 } },
  ],
  ["an object without a prototype", bare, { w: [2, 8] }, { w: tensor([1, 1]) }],
];

/** The numbers in nested lists and objects. */
const numbersIn = (x: unknown): number[] =>
  typeof x === "number"
    ? [x]
    : typeof x === "object" && x !== null
      ? Object.values(x).flatMap(numbersIn)
      : [];
const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

type Any = (x: unknown) => unknown;

describe("derivatives by", () => {
  it.each(kinds)("%s: gradients have its structure", (_, x, gradient) => {
    expect(plain(grad(squares)(x))).toEqual(gradient);
    const [value, g] = valueAndGrad(squares)(x);
    expect([value.item(), plain(g)]).toEqual([total(numbersIn(gradient).map((n) => (n / 2) ** 2)), gradient]);
    expect(plain(grad((_: number, y: unknown) => squares(y), { argnums: [1] })(0, x))).toEqual([gradient]);
  });
  it.each(kinds)("%s: cotangents have its structure", (_, x, gradient) => {
    const [, pull] = vjp(squares, x);
    expect(plain(pull(tensor(1)))).toEqual([gradient]);
  });
  it.each(kinds)("%s: tangents have its structure", (_, x, gradient, ones) => {
    const [, ẏ] = jvp(squares, [x], [ones]);
    expect((ẏ as Tensor).item()).toBe(total(numbersIn(gradient)));
  });
  it.each(kinds)("%s: Jacobians and Hessians have it in each place", (_, x, gradient) => {
    expect(plain(jacobian(squares)(x))).toEqual(gradient);
    const second = plain((hessian(squares) as Any)(x));
    const n = numbersIn(gradient).length;
    expect(total(numbersIn(second))).toBe(2 * n);
    expect(numbersIn(second).length).toBe(n * n);
  });
  it.each(kinds)("%s leaves the argument as it was", (_, x) => {
    const before = JSON.stringify(plain(tensorsIn(x)));
    expect(() => grad((_: unknown) => Number.NaN as unknown as Tensor)(x)).toThrow(ChainruleError);
    expect(JSON.stringify(plain(tensorsIn(x)))).toBe(before);
    expect(tensorsIn(x).every((t) => t.isLeaf)).toBe(true);
  });
});

describe("what cannot be differentiated by", () => {
  const cyclic: Record<string, unknown> = { x: tensor([1, 2]) };
  cyclic.self = cyclic;
  const frozen = new Model();
  for (const [, p] of frozen.namedParameters()) p.requiresGrad = false;
  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ["an int32 tensor", tensor([1], { dtype: "int32" }), /is int32.*Did you mean/],
    ["a bool tensor", tensor([true]), /is bool.*Did you mean/],
    ["an int32 tensor in a list", [tensor([1]), tensor([1], { dtype: "int32" })], /1 is int32/],
    ["a Map", new Map([["w", tensor([1])]]), /class Map.*Object\.fromEntries/],
    ["a Map in a tree", { p: new Map([["w", tensor([1])]]) }, /p is of class Map/],
    ["a Set", new Set([tensor([1])]), /class Set/],
    [
      "an object of a class",
      new (class Batch {
        x = tensor([1]);
      })(),
      /class Batch/,
    ],
    ["a typed array", new Float32Array(2), /class Float32Array/],
    ["a date", new Date(0), /class Date/],
    ["a string", "x", /nothing to differentiate by/],
    ["undefined", undefined, /nothing to differentiate by|is missing/],
    ["null", null, /nothing to differentiate by/],
    ["a function", () => tensor(1), /nothing to differentiate by/],
    ["an empty list", [], /nothing to differentiate by/],
    ["a module that is frozen", frozen, /nothing to differentiate by/],
    ["a tree that holds itself", cyclic, /self holds itself/],
    [
      "parameters that are none",
      { namedParameters: () => [["w", tensor([1])]] },
      /parameter w.*not a Parameter/,
    ],
  ];
  const transforms: Record<string, (x: unknown) => unknown> = {
    grad: grad(squares) as Any,
    valueAndGrad: valueAndGrad(squares) as Any,
    vjp: (x) => vjp(squares, x),
    jvp: (x) => jvp(squares, [x], [x] as never),
    jacobian: jacobian(squares) as Any,
    hessian: hessian(squares) as Any,
  };
  it.each(
    Object.entries(transforms).flatMap(([op, f]) =>
      refused.map(([kind, x, message]) => [op, kind, f, x, message] as const),
    ),
  )("%s refuses %s", (_, __, f, x, message) => {
    expect(() => f(x)).toThrow(ChainruleError);
    expect(() => f(x)).toThrow(message);
  });
  it("is nothing at all", () => {
    expect(() => (grad(squares) as unknown as () => void)()).toThrow(
      /argnums 0 names none of the 0 arguments/,
    );
    expect(() => vjp(() => tensor(1))).toThrow(/nothing to differentiate by/);
  });
});

describe("functions that have no derivative", () => {
  const x = tensor([1, 2]);
  it.each([
    ["whole numbers", (t: Tensor) => t.argmax(), /int32, which has no derivative/],
    ["truth values", (t: Tensor) => t.gt(0).all(), /bool, which has no derivative/],
    ["a promise", async (t: Tensor) => t.sum(), /async/],
  ] as const)("are refused: %s", (_, f, message) => {
    for (const transform of [grad, valueAndGrad, jacobian, hessian] as const)
      expect(() => (transform as typeof grad)(f as never)(x)).toThrow(message);
  });
  it("are refused where they give what holds no tensors", () => {
    for (const f of [() => new Map([[1, x]]), () => new Model(), () => new Set()]) {
      expect(() => vjp(f as never, x)).toThrow(ChainruleError);
      expect(() => jvp(f as never, [x], [x])).toThrow(ChainruleError);
    }
  });
  it("have 0 for a number and carry along what is no number", () => {
    const [, ẏ] = jvp((t: Tensor) => ({ y: t.mul(2), n: 7, name: "y" }), [x], [x]);
    expect(plain(ẏ)).toEqual({ y: [2, 4], n: 0, name: "y" });
  });
});

describe("tangents and cotangents", () => {
  it("are refused where they do not fit, by their place", () => {
    const f = (p: { a: Tensor; b: Tensor }) => ({ y: p.a.mul(p.b) });
    const p = { a: tensor([1, 2]), b: tensor([3, 4]) };
    expect(() => jvp(f, [p], [{ a: p.a }] as never)).toThrow(/tangent at 0\.b is missing.*\[2\]/);
    expect(() => jvp(f, [p], [{ ...p, b: tensor(1) }])).toThrow(/tangent at 0\.b \[\].*\[2\]/);
    const [, pull] = vjp(f, p);
    expect(() => pull({ y: tensor([1]) })).toThrow(/cotangent at y \[1\].*\[2\]/);
    expect(() => pull({ y: tensor([1, 1], { dtype: "int32" }) })).toThrow(/cotangent at y is int32/);
  });
});

describe("nested transforms", () => {
  it("of numbers keep what the outer one differentiates", () => {
    const inner = (y: unknown) => (grad((t: Tensor) => t.mul(y as Tensor)) as unknown as Any)(5) as Tensor;
    expect(grad(inner as (y: number) => Tensor)(2)).toBe(1);
    expect(hessian((y: unknown) => (y as Tensor).pow(3))(2)).toBe(12);
  });
  it("of modules see one another's variables", () => {
    const model = new Model();
    const inner = (m: Model) =>
      Object.values(grad(squares as (m: Model) => Tensor)(m)).reduce<Tensor>(
        (a, g) => a.add(g.square().sum()),
        tensor(0),
      );
    expect(plain(grad(inner)(model))).toEqual({ "0.scale": [16, -8], shift: 24 });
  });
  it("pass gradients on to the leaves behind, but under noGrad", () => {
    const model = new Model();
    const g = grad(squares as (m: Model) => Tensor)(model)["0.scale"] as Tensor;
    g.sum().backward();
    expect(model.scale.grad?.toArray()).toEqual([2, 2]);
    expect(noGrad(() => grad(squares)(model) as unknown as Record<string, Tensor>).shift?.requiresGrad).toBe(
      false,
    );
  });
  it("of modules are compiled", () => {
    const model = new Model();
    const f = compile((x: Tensor) => grad((m: Model) => m.scale.mul(x).sum())(model)["0.scale"] as Tensor);
    expect(f(tensor([3, 4])).toArray()).toEqual([3, 4]);
    expect(model.scale.toArray()).toEqual([2, -1]);
  });
});
