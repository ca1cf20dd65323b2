import {
  grad,
  hessian,
  jacobian,
  jvp,
  noGrad,
  onesLike,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  where,
} from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

const vector = (...x: number[]) => tensor(x, { dtype: "float64" });
const number = (x: number) => tensor(x, { dtype: "float64" });

/** Numbers about which products behave in their own way. */
const numbers = [0, -0, 1, -1, 0.5, 3, 1e-45, 1e39, -1e300, Infinity, -Infinity, Number.NaN];

describe("the chain rule", () => {
  it.each(numbers)("a branch that was not taken leaves nothing of products and quotients by %d", (λ) => {
    const never = tensor([false, false]);
    for (const f of [
      (x: Tensor) => where(never, x.log().mul(λ).div(λ), 0),
      (x: Tensor) => where(never, x.div(λ).mul(λ).log(), 0),
    ])
      for (const dtype of ["float32", "float64"] as const) {
        const x = tensor([0, -1], { dtype });
        expect([
          ...grad((t: Tensor) => f(t).sum())(x)
            .abs()
            .data(),
        ]).toEqual([0, 0]);
        expect([
          ...jvp(f, [x], [onesLike(x)])[1]
            .abs()
            .data(),
        ]).toEqual([0, 0]);
      }
  });
  it("0 times an infinite slope is NaN where arithmetic made the 0, and 0 where a choice did", () => {
    const slope = (f: (x: Tensor) => Tensor, at = 0) =>
      grad((x: Tensor) => f(x).sum())(tensor(at, { dtype: "float64" })).item();
    expect(slope((x) => x.mul(0).sqrt())).toBeNaN();
    expect(slope((x) => x.sqrt().square())).toBeNaN();
    expect(slope((x) => x.acos().mul(2).cos(), 1)).toBeNaN();
    expect(slope((x) => where(x.ge(0), x.sqrt().square(), 0))).toBeNaN();
    expect(slope((x) => x.sqrt().mul(2))).toBe(Infinity);
    expect(slope((x) => where(x.gt(0), x.sqrt(), 0))).toBe(0);
    expect(slope((x) => x.log().clamp(-10))).toBe(0);
    expect(slope((x) => x.sqrt().maximum(1))).toBe(0);
    expect(slope((x) => x.sqrt().neg().relu())).toBe(0);
  });
  it("numbers as factors and numbers in tensors have the same gradients", () => {
    const x = vector(-2, 0, 0.5, 3);
    for (const λ of numbers) {
      const by = (k: number | Tensor) =>
        grad((t: Tensor) => t.mul(k).exp().add(t.relu().div(k)).add(t.maximum(0).mul(t).mul(k)).sum())(x);
      expect([...by(λ).add(0).data()]).toEqual([...by(number(λ)).add(0).data()]);
    }
  });
});

describe("grad", () => {
  it("differentiates by the first argument, or by those named", () => {
    const f = (a: Tensor, b: Tensor) => a.square().mul(b).sum();
    expect(grad(f)(vector(3), vector(2)).toArray()).toEqual([12]);
    expect(grad(f, { argnums: 1 })(vector(3), vector(2)).toArray()).toEqual([9]);
    const [gb, ga] = grad(f, { argnums: [1, 0] })(vector(3), vector(2));
    expect([gb.item(), ga.item()]).toEqual([9, 12]);
  });
  it("keeps the structure of objects and arrays", () => {
    const parameters = { layer: { weight: vector(2), bias: [vector(1), vector(4)] }, name: "first" };
    const g = grad((p: typeof parameters) =>
      p.layer.weight
        .mul(p.layer.bias[0] as Tensor)
        .add((p.layer.bias[1] as Tensor).square())
        .sum(),
    )(parameters);
    expect(g.layer.weight.toArray()).toEqual([1]);
    expect(g.layer.bias.map((b) => b.toArray())).toEqual([[2], [8]]);
    expect(g.name).toBe("first");
  });
  it("carries auxiliary values along", () => {
    const f = (x: Tensor) => [x.square().sum(), { doubled: x.mul(2), note: 1 }] as const;
    const [g, aux] = grad(f, { hasAux: true })(vector(3));
    expect([g.item(), aux.doubled.item(), aux.note]).toEqual([6, 6, 1]);
    const [[value, again], same] = valueAndGrad(f, { hasAux: true })(vector(3));
    expect([value.item(), again.doubled.item(), same.item()]).toEqual([9, 6, 6]);
  });
  it("gives zero where the function does not depend on the argument", () => {
    expect(grad((_: Tensor) => number(1))(vector(1, 2)).toArray()).toEqual([0, 0]);
  });
  it("does not touch the argument: no grad is collected there", () => {
    const x = tensor([2], { requiresGrad: true });
    expect(grad((t: Tensor) => t.square().sum())(x).item()).toBe(4);
    expect(x.grad).toBeNull();
  });
  it("results carry no history where nothing can ask for one, and do where a leaf can", () => {
    const f = (t: Tensor) => t.pow(3).sum();
    expect(grad(f)(vector(2)).requiresGrad).toBe(false);
    const x = tensor([2], { requiresGrad: true });
    grad(f)(x).sum().backward();
    expect(x.grad?.item()).toBe(12);
  });
  it("nests to any order: d³/dx³ of x⁵ and of sin", () => {
    const third = grad(grad(grad((x: Tensor) => x.pow(5))));
    expect(third(number(2)).item()).toBeCloseTo(60 * 4, 10);
    expect(grad(grad(grad((x: Tensor) => x.sin())))(number(0.7)).item()).toBeCloseTo(-Math.cos(0.7), 14);
  });
  it("grad has the same result inside noGrad, without history", () => {
    const cube = (x: Tensor) => x.pow(3);
    const x = tensor(1.5, { dtype: "float64", requiresGrad: true });
    const [inside, second] = noGrad(() => [grad(cube)(x), grad(grad(cube))(x)]);
    expect(inside.item()).toBeCloseTo(3 * 1.5 ** 2, 12);
    expect(second.item()).toBeCloseTo(6 * 1.5, 12);
    expect([inside.requiresGrad, second.requiresGrad]).toEqual([false, false]);
    expect(grad(cube)(x).requiresGrad).toBe(true);
  });
  it("grad of a function that noGrad shields from the outer grad is a constant there", () => {
    const shielded = (x: Tensor) => x.mul(noGrad(() => grad((y: Tensor) => y.pow(3))(x)));
    expect(grad(shielded)(number(1.5)).item()).toBeCloseTo(3 * 1.5 ** 2, 12);
  });
  it("grad inside a differentiated function is differentiated with it", () => {
    const outer = grad((x: Tensor) => grad((y: Tensor) => y.pow(3))(x.mul(2)));
    expect(outer(number(1.5)).item()).toBeCloseTo(3 * 2 * 3 * 2, 12);
  });
});

describe("nested transforms keep their variables apart", () => {
  it("d/dx (x·d/dy (x + y)) = 1", () => {
    const f = (x: Tensor) => x.mul(grad((y: Tensor) => x.add(y))(number(1)));
    expect(grad(f)(number(3)).item()).toBe(1);
    expect(jvp(f, [number(3)], [number(1)])[1].item()).toBe(1);
  });
  it("d/dx (x·d/dy (x·y)) = 2x, in all four pairs of modes", () => {
    const forward = (f: (t: Tensor) => Tensor) => (t: Tensor) => jvp(f, [t], [number(1)])[1];
    const reverse = (f: (t: Tensor) => Tensor) => grad(f);
    for (const outer of [forward, reverse])
      for (const inner of [forward, reverse])
        expect(outer((x) => x.mul(inner((y) => x.mul(y))(number(2))))(number(3)).item()).toBe(6);
  });
  it("d/dx of d/dy x·y² at y = x is 2x + 2x", () => {
    const f = (x: Tensor) => grad((y: Tensor) => x.mul(y.square()))(x);
    expect(grad(f)(number(3)).item()).toBe(12);
  });
  it("a variable that leaks into an inner transform is a constant there", () => {
    const f = (x: Tensor) => grad((y: Tensor) => y.mul(0).add(x.square()))(number(5));
    expect(f(number(3)).item()).toBe(0);
    expect(grad(f)(number(3)).item()).toBe(0);
  });
});

describe("vjp and jvp", () => {
  const f = (x: Tensor, y: Tensor) => ({ product: x.mul(y), parts: [x.sin(), y.exp().sum()] });
  it("take and give structures", () => {
    const [value, pull] = vjp(f, vector(1, 2), vector(3, 4));
    expect(value.product.toArray()).toEqual([3, 8]);
    const [x̄, ȳ] = pull({ product: vector(1, 10), parts: [vector(0, 0), number(1)] });
    expect(x̄.toArray()).toEqual([3, 40]);
    expect(ȳ.data()[0]).toBeCloseTo(1 + Math.exp(3), 10);
  });
  it("pull back several cotangents from one run", () => {
    const [, pull] = vjp((x: Tensor) => x.square(), vector(1, 2));
    expect(pull(vector(1, 0))[0].toArray()).toEqual([2, 0]);
    expect(pull(vector(0, 1))[0].toArray()).toEqual([0, 4]);
  });
  it("push tangents forward through structures", () => {
    const [, tangent] = jvp(f, [vector(1, 2), vector(3, 4)], [vector(1, 0), vector(0, 1)]);
    expect(tangent.product.toArray()).toEqual([3, 2]);
  });
  it("refuse tangents and cotangents of other shapes", () => {
    expect(() => jvp((x: Tensor) => x, [vector(1, 2)], [vector(1)])).toThrow(/jvp.*\[1\].*\[2\]/);
    expect(() => vjp((x: Tensor) => x, vector(1, 2))[1](vector(1))).toThrow(/vjp.*\[1\].*\[2\]/);
  });
});

describe("jacobian and hessian", () => {
  const wide = (x: Tensor) =>
    x
      .reshape([3])
      .mul(tensor([[1], [2]], { dtype: "float64" }))
      .sin();
  const maps: readonly (readonly [string, (x: Tensor) => Tensor, Tensor])[] = [
    ["a scalar to a scalar", (x) => x.exp(), number(0.3)],
    ["a vector to a scalar", (x) => x.square().sum(), vector(1, 2, 3)],
    [
      "a matrix to a vector",
      (x) => x.tanh().sum(0),
      tensor(
        [
          [0.1, 0.2],
          [0.3, 0.4],
        ],
        { dtype: "float64" },
      ),
    ],
    ["a vector to a longer matrix", wide, vector(0.1, 0.2, 0.3)],
    [
      "a scalar to a matrix",
      (x) =>
        x
          .mul(
            tensor([
              [1, 2],
              [3, 4],
            ]),
          )
          .exp(),
      number(0.2),
    ],
  ];
  it.each(maps)("of %s has shape y.shape + x.shape and the central differences", (_, f, x) => {
    const j = jacobian(f)(x);
    expect(j.shape).toEqual([...f(x).shape, ...x.shape]);
    gradcheck(f, [x]);
    const rows = j.reshape([f(x).size, x.size]);
    const h = 1e-5;
    for (let k = 0; k < x.size; k++) {
      const step = (by: number) => {
        const e = x.data();
        e[k] = (e[k] as number) + by;
        return f(tensor(e, { shape: x.shape })).data();
      };
      const [above, below] = [step(h), step(-h)];
      above.forEach((up, i) => {
        const slope = (up - (below[i] as number)) / (2 * h);
        expect(rows.data()[i * x.size + k]).toBeCloseTo(slope, 7);
      });
    }
  });
  it("of and to nothing are empty", () => {
    expect(jacobian((x: Tensor) => x.mul(2))(tensor([], { dtype: "float64" })).shape).toEqual([0, 0]);
    expect(jacobian((x: Tensor) => x.sum())(tensor([], { dtype: "float64" })).shape).toEqual([0]);
    expect(jacobian((x: Tensor) => x.slice(0, 0, 0))(vector(1, 2)).shape).toEqual([0, 2]);
  });
  it("differentiate by the argument named", () => {
    const f = (a: Tensor, b: Tensor) => a.mul(b);
    expect(jacobian(f, { argnums: 1 })(vector(2, 3), vector(5, 7)).toArray()).toEqual([
      [2, 0],
      [0, 3],
    ]);
    const g = (a: Tensor, b: Tensor) => a.mul(b.square()).sum();
    expect(hessian(g, { argnums: 1 })(vector(2, 3), vector(5, 7)).toArray()).toEqual([
      [4, 0],
      [0, 6],
    ]);
  });
  it("hessian of a quadratic form is A + Aᵀ", () => {
    const a = tensor(
      [
        [1, 2],
        [5, -3],
      ],
      { dtype: "float64" },
    );
    expect(hessian((x: Tensor) => x.matmul(a).dot(x))(vector(0.3, 0.4)).toArray()).toEqual([
      [2, 7],
      [7, -6],
    ]);
  });
  it("hessian of a matrix argument has its shape twice", () => {
    const x = tensor([[1, 2]], { dtype: "float64" });
    expect(hessian((t: Tensor) => t.pow(3).sum())(x).shape).toEqual([1, 2, 1, 2]);
  });
});

describe("subgradients", () => {
  const slope = (f: (x: Tensor) => Tensor, ...x: number[]) =>
    grad((t: Tensor) => f(t).sum())(vector(...x)).toArray();
  it("relu′(0) = 0 and |·|′(0) = 0", () => {
    expect(slope((x) => x.relu(), -1, 0, -0, 2)).toEqual([0, 0, 0, 1]);
    expect(slope((x) => x.abs(), -1, 0, 2)).toEqual([-1, 0, 1]);
  });
  it("maximum and minimum share ties", () => {
    const both = (f: (a: Tensor, b: Tensor) => Tensor) =>
      grad((a: Tensor, b: Tensor) => f(a, b).sum(), { argnums: [0, 1] })(
        vector(1, 2, 3),
        vector(2, 2, 2),
      ).map((g) => g.toArray());
    expect(both((a, b) => a.maximum(b))).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ]);
    expect(both((a, b) => a.minimum(b))).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ]);
  });
  it("amax and amin share ties evenly, max(dim) and min(dim) choose the first", () => {
    expect(slope((x) => x.amax(), 3, 1, 3, 3)).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
    expect(slope((x) => x.max(), 3, 1, 3)).toEqual([0.5, 0, 0.5]);
    expect(slope((x) => x.amin(), 1, 1, 3)).toEqual([0.5, 0.5, 0]);
    expect(slope((x) => x.max(0).values, 3, 1, 3)).toEqual([1, 0, 0]);
    expect(slope((x) => x.min(0).values, 1, 1, 3)).toEqual([1, 0, 0]);
  });
  it("clamp passes the gradient at its bounds", () => {
    expect(slope((x) => x.clamp(-1, 1), -2, -1, 0, 1, 2)).toEqual([0, 1, 1, 1, 0]);
  });
  it("norm has gradient 0 at 0", () => {
    expect(slope((x) => x.norm(), 0, 0)).toEqual([0, 0]);
  });
  it("prod is exact with zeros", () => {
    expect(slope((x) => x.prod(), 2, 0, 3)).toEqual([0, 6, 0]);
    expect(slope((x) => x.prod(), 0, 0, 3)).toEqual([0, 0, 0]);
  });
});
