import {
  checkpoint,
  customGradient,
  grad,
  jacobian,
  jvp,
  manualSeed,
  noGrad,
  Parameter,
  rand,
  type Tensor,
  tensor,
} from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

const vector = (...x: number[]) => tensor(x, { dtype: "float64" });
const numbers = (x: Tensor): number[] => Array.from(x.data());

describe("customGradient", () => {
  /** A step whose stated derivative is 3, which is not that of x². */
  const stated = customGradient((x: Tensor) => ({
    value: x.square(),
    gradient: (ȳ: Tensor) => [ȳ.mul(3)],
    tangent: (ẋ: Tensor | null) => (ẋ as Tensor).mul(3),
  }));

  it("replaces the automatic gradient in reverse mode", () => {
    expect(grad((x: Tensor) => stated(x).sum())(vector(1, 5)).toArray()).toEqual([3, 3]);
    expect(stated(vector(4)).toArray()).toEqual([16]);
  });
  it("replaces it in forward mode", () => {
    expect(jvp(stated, [vector(5)], [vector(2)])[1].toArray()).toEqual([6]);
  });
  it("is differentiated again through what the rule is made of", () => {
    const cube = customGradient((x: Tensor) => ({
      value: x.pow(3),
      gradient: (ȳ: Tensor) => [ȳ.mul(x.square().mul(3))],
    }));
    const slope = (x: Tensor) => grad((t: Tensor) => cube(t).sum())(x);
    expect(numbers(grad((x: Tensor) => slope(x).sum())(vector(2, -1)))).toEqual([12, -6]);
  });
  it("gives each of several arguments its own, and null none", () => {
    const f = customGradient((a: Tensor, b: Tensor) => ({
      value: a.mul(b),
      gradient: (ȳ: Tensor) => [ȳ.mul(10), null],
    }));
    const both = grad((a: Tensor, b: Tensor) => f(a, b).sum(), { argnums: [0, 1] })(vector(2), vector(3));
    expect(both.map((g) => g.toArray())).toEqual([[10], [0]]);
  });
  it("refuses a gradient of another shape, naming both", () => {
    const f = customGradient((x: Tensor) => ({ value: x, gradient: () => [vector(1, 2, 3)] }));
    expect(() => grad((x: Tensor) => f(x).sum())(vector(1, 2))).toThrow(/customGradient.*\[3\].*\[2\]/);
  });
  it("refuses forward mode without a tangent rule, and says how to give one", () => {
    const f = customGradient((x: Tensor) => ({ value: x, gradient: (ȳ: Tensor) => [ȳ] }));
    expect(() => jvp(f, [vector(1)], [vector(1)])).toThrow(/customGradient.*tangent/);
  });
  it("is used by backward()", () => {
    const x = tensor([2], { requiresGrad: true });
    stated(x).sum().backward();
    expect(x.grad?.toArray()).toEqual([3]);
  });
});

describe("checkpoint", () => {
  const f = (x: Tensor, w: Tensor) => x.matmul(w).tanh().mul(x.sum()).exp();
  const x = () =>
    tensor(
      [
        [0.1, -0.4],
        [0.3, 0.2],
      ],
      { dtype: "float64" },
    );
  const w = () =>
    tensor(
      [
        [0.5, 1],
        [-0.7, 0.25],
      ],
      { dtype: "float64" },
    );

  it("has the value, gradients and second derivatives of the function itself", () => {
    const kept = checkpoint(f);
    expect(kept(x(), w()).data()).toEqual(f(x(), w()).data());
    gradcheck(kept, [x(), w()]);
    const slope = (g: typeof f) => (a: Tensor, b: Tensor) =>
      grad((s: Tensor, t: Tensor) => g(s, t).sum(), { argnums: 1 })(a, b);
    gradcheck(slope(kept), [x(), w()]);
    expect(jacobian(slope(kept))(x(), w()).data()).toEqual(jacobian(slope(f))(x(), w()).data());
  });
  it("gives gradients to parameters that the function reads besides its arguments", () => {
    const p = new Parameter(w());
    checkpoint((t: Tensor) => f(t, p))(x())
      .sum()
      .backward();
    const q = new Parameter(w());
    f(x(), q).sum().backward();
    expect(p.grad?.data()).toEqual(q.grad?.data());
  });
  it("gives gradients to variables of a grad around it that the function reads", () => {
    const slope = (g: (t: Tensor, b: Tensor) => Tensor) =>
      grad((b: Tensor) => g(x(), b.mul(2)).sum())(w()).data();
    expect(slope((t, b) => checkpoint((s: Tensor) => f(s, b))(t))).toEqual(slope(f));
  });
  it("counts a tensor that is both argument and read directly in both places", () => {
    const slope = grad((t: Tensor) => checkpoint((s: Tensor) => s.square().mul(t))(t).sum());
    expect(numbers(slope(vector(2)))).toEqual([12]);
  });
  it("draws the same random numbers again, also inside another checkpoint", () => {
    const noisy = (t: Tensor) => t.mul(rand([3], { dtype: "float64" }));
    const inner = checkpoint(noisy);
    for (const g of [
      checkpoint(noisy),
      checkpoint((t: Tensor) => inner(t).mul(rand([3], { dtype: "float64" }))),
    ]) {
      manualSeed(3);
      const t = tensor([1, 1, 1], { dtype: "float64", requiresGrad: true });
      const y = g(t);
      y.sum().backward();
      expect(t.grad?.data()).toEqual(y.data());
    }
  });
  it("refuses to go on where a parameter was assigned to before backward", () => {
    const p = new Parameter(vector(2));
    const y = checkpoint((t: Tensor) => t.mul(p).mul(p))(vector(3)).sum();
    p.assign(vector(5));
    expect(() => y.backward()).toThrow(/checkpoint.*assigned/);
  });
  it("makes nothing to differentiate where nothing needs a gradient", () => {
    expect(checkpoint(f)(x(), w()).requiresGrad).toBe(false);
    expect(noGrad(() => checkpoint(f)(x(), new Parameter(w()))).requiresGrad).toBe(false);
  });
});
