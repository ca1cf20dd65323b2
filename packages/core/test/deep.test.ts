import { evaluate, jvp, Parameter, tensor } from "@chainrule/core";
import { printGraph } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

/** x + 1 + 1 + …, so long that any recursion over it overflows the stack. */
const length = 100_000;
function chain(x: ReturnType<typeof tensor>) {
  let y = x;
  for (let i = 0; i < length; i++) y = y.mul(1.00001);
  return y;
}

describe("a chain of 100,000 ops", () => {
  it("is worked out, differentiated in reverse, and printed", () => {
    const x = tensor(1, { dtype: "float64", requiresGrad: true });
    const y = chain(x);
    expect(printGraph([y.node]).split("\n").length).toBeGreaterThan(length);
    y.backward();
    expect(x.grad?.item()).toBeCloseTo(1.00001 ** length, 6);
    expect(y.item()).toBeCloseTo(1.00001 ** length, 6);
  });
  it("is differentiated forward", () => {
    const one = tensor(1, { dtype: "float64" });
    expect(jvp(chain, [one], [one])[1].item()).toBeCloseTo(1.00001 ** length, 6);
  });
});

describe("unread accumulation", () => {
  it("over 200,000 steps keeps a bounded chain, and the right total", () => {
    const p = new Parameter(tensor([2]));
    let total = tensor([0]);
    let deepest = 0;
    for (let i = 0; i < 200_000; i++) {
      total = total.add(p.detach());
      deepest = Math.max(deepest, total.node.depth);
    }
    expect(deepest).toBeLessThan(5000);
    expect(total.item()).toBe(400_000);
  });
  it("of gradients without reading them keeps a bounded chain", () => {
    const p = new Parameter(tensor([1, 2]));
    for (let i = 0; i < 3000; i++) p.mul(2).sum().backward();
    expect(p.grad?.node.depth).toBeLessThan(5000);
    expect(p.grad?.toArray()).toEqual([6000, 6000]);
  });
  it("in a parameter assigned over and over keeps a bounded chain", () => {
    const p = new Parameter(tensor([0]));
    for (let i = 0; i < 5000; i++) p.assign(p.add(1));
    expect(p.node.inputs[0]?.depth ?? 0).toBeLessThan(5000);
    expect(p.item()).toBe(5000);
  });
  it("forgets how evaluated tensors were made", () => {
    const y = tensor([1]).add(1).mul(2);
    evaluate(y);
    expect(y.node.inputs).toEqual([]);
  });
});
