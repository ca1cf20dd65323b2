import { evaluate, full, grad, noGrad, ones, Parameter, type Tensor, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";

const leaf = (...x: number[]) => tensor(x, { dtype: "float64", requiresGrad: true });

describe("backward", () => {
  it("adds gradients up over calls, until zeroGrad", () => {
    const x = leaf(3);
    x.square().sum().backward();
    x.mul(10).sum().backward();
    expect(x.grad?.toArray()).toEqual([16]);
    x.zeroGrad();
    expect(x.grad).toBeNull();
    x.square().sum().backward();
    expect(x.grad?.toArray()).toEqual([6]);
  });
  it("adds up over several uses of a leaf", () => {
    const x = leaf(3);
    x.mul(x).add(x.mul(2)).sum().backward();
    expect(x.grad?.toArray()).toEqual([8]);
  });
  it("takes a cotangent, for tensors of several elements", () => {
    const x = leaf(1, 2);
    x.square().backward(tensor([10, 100]));
    expect(x.grad?.toArray()).toEqual([20, 400]);
    expect(x.grad?.dtype).toBe("float64");
  });
  it("refuses a missing cotangent, naming the shape", () => {
    expect(() => leaf(1, 2).square().backward()).toThrow(/backward.*\[2\].*cotangent.*mean/);
  });
  it.each([[[3]], [[]], [[2, 1]]])("refuses a cotangent of shape %j for [2]", (shape) => {
    expect(() => leaf(1, 2).square().backward(ones(shape))).toThrow(/backward.*cotangent.*\[2\]/);
  });
  it("refuses a tensor that nothing requires a gradient of", () => {
    expect(() => tensor([1]).sum().backward()).toThrow(/backward.*requiresGrad: true/);
  });
  it("lets history go, and says so at a second call", () => {
    const loss = leaf(2).square().sum();
    loss.backward();
    expect(() => loss.backward()).toThrow(/let go.*retainGraph: true/);
    expect(loss.item()).toBe(4);
  });
  it("keeps history with retainGraph", () => {
    const x = leaf(2);
    const loss = x.square().sum();
    loss.backward(undefined, { retainGraph: true });
    loss.backward();
    expect(x.grad?.toArray()).toEqual([8]);
  });
  it("makes gradients that can be differentiated with createGraph, and only then", () => {
    const x = leaf(2);
    x.pow(3).sum().backward(undefined, { createGraph: true });
    const slope = x.grad;
    expect(slope?.requiresGrad).toBe(true);
    x.zeroGrad();
    slope?.sum().backward();
    expect(x.grad?.toArray()).toEqual([12]);
    x.zeroGrad();
    x.pow(3).sum().backward();
    expect(x.grad?.requiresGrad).toBe(false);
  });
  it("gives a leaf that the loss depends on through nothing but constants a zero", () => {
    const x = leaf(2, 3);
    x.mul(0).sum().backward();
    expect(x.grad?.toArray()).toEqual([0, 0]);
  });
  it("on a leaf itself gives one", () => {
    const x = leaf(2);
    x.backward();
    x.backward();
    expect(x.grad?.toArray()).toEqual([2]);
  });
  it("leaves the graph of other tensors alone", () => {
    const x = leaf(2);
    const shared = x.square();
    const [a, b] = [shared.sum(), shared.mul(3).sum()];
    a.backward();
    b.backward();
    expect(x.grad?.toArray()).toEqual([4 + 12]);
  });
  it("gives what finite steps of the loss see when the leaf was read in between", () => {
    const x = leaf(2);
    const y = x.exp();
    evaluate(y);
    y.log().mul(y).sum().backward();
    expect(x.grad?.item()).toBeCloseTo(Math.exp(2) * 3, 12);
  });
});

describe("requiresGrad", () => {
  it("is handed on to what is made from a tensor, and not by detach or to whole numbers", () => {
    const x = leaf(1, 2);
    expect([x.isLeaf, x.requiresGrad]).toEqual([true, true]);
    expect([x.exp().isLeaf, x.exp().requiresGrad]).toEqual([false, true]);
    expect(x.exp().detach().requiresGrad).toBe(false);
    expect(x.argmax().requiresGrad).toBe(false);
    expect(x.lt(3).requiresGrad).toBe(false);
    expect(x.to("int32").requiresGrad).toBe(false);
  });
  it("can be set and unset", () => {
    const x = tensor([1]);
    x.requiresGrad = true;
    x.mul(2).sum().backward();
    expect(x.grad?.toArray()).toEqual([2]);
    x.requiresGrad = false;
    expect(x.mul(2).requiresGrad).toBe(false);
  });
  it("is refused for whole numbers and truth values", () => {
    expect(() => tensor([1], { dtype: "int32", requiresGrad: true })).toThrow(/requiresGrad.*int32/);
    expect(() => tensor([true], { requiresGrad: true })).toThrow(/requiresGrad.*bool/);
  });
  it("detach stops the gradient and keeps the value", () => {
    const x = leaf(3);
    x.mul(x.detach()).sum().backward();
    expect(x.grad?.toArray()).toEqual([3]);
  });
});

describe("noGrad", () => {
  it("makes tensors without history", () => {
    const x = leaf(3);
    const y = noGrad(() => x.square());
    expect([y.requiresGrad, y.item()]).toEqual([false, 9]);
    expect(x.square().requiresGrad).toBe(true);
  });
  it("is undone by an exception", () => {
    expect(() =>
      noGrad(() => {
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(leaf(3).square().requiresGrad).toBe(true);
  });
  it("still lets grad differentiate inside", () => {
    expect(noGrad(() => grad((x: Tensor) => x.square().sum())(leaf(3))).toArray()).toEqual([6]);
  });
  it("inside grad makes constants", () => {
    expect(grad((x: Tensor) => x.mul(noGrad(() => x.square())).sum())(leaf(3)).toArray()).toEqual([9]);
  });
});

describe("Parameter", () => {
  it("is a leaf that collects gradients", () => {
    const p = new Parameter(tensor([1, 2]));
    expect([p.isLeaf, p.requiresGrad]).toEqual([true, true]);
    p.square().sum().backward();
    expect(p.grad?.toArray()).toEqual([2, 4]);
  });
  it("assigning leaves older tensors, and gradients through them, alone", () => {
    const p = new Parameter(tensor([2]));
    const [before, copy, unread] = [p.square(), p.detach(), p.mul(10)];
    p.assign(tensor([5]));
    expect([before.item(), copy.item(), unread.item(), p.item()]).toEqual([4, 2, 20, 5]);
    before.sum().backward();
    expect(p.grad?.toArray()).toEqual([4]);
    p.zeroGrad();
    p.square().sum().backward();
    expect(p.grad?.toArray()).toEqual([10]);
  });
  it("holds a value, not the history of what is assigned", () => {
    const p = new Parameter(tensor([2]));
    p.assign(p.mul(3));
    p.sum().backward();
    expect([p.item(), p.grad?.item()]).toEqual([6, 1]);
  });
  it("refuses another shape or dtype, and keeps its value", () => {
    const p = new Parameter(tensor([2]));
    expect(() => p.assign(tensor([1, 2]))).toThrow(/assign.*\[1\].*\[2\]/);
    expect(() => p.assign(tensor([1], { dtype: "float64" }))).toThrow(/assign.*float32.*float64/);
    expect(p.item()).toBe(2);
  });
  it("refuses whole numbers", () => {
    expect(() => new Parameter(tensor([1], { dtype: "int32" }))).toThrow(/int32/);
  });
  it("reads the loss from before the update in one run with it", () => {
    const p = new Parameter(full([1], 3));
    const loss = p.square().sum();
    loss.backward();
    const next = p.sub(p.grad?.mul(0.5) ?? 0).detach();
    evaluate(next);
    p.assign(next);
    expect([loss.item(), p.item()]).toEqual([9, 0]);
  });
});
