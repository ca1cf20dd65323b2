import { evaluate, jvp, Parameter, type Tensor, tensor } from "@chainrule/core";
import { nodeCount, printGraph, programsPrepared } from "@chainrule/core/internal";
import { type Backend, interpreter, withBackend } from "@chainrule/core/testing";
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

/** Number of nodes that tensors keep alive. */
function held(...tensors: Tensor[]): number {
  const seen = new Set(tensors.map((t) => t.node));
  for (const node of seen) for (const input of node.inputs) seen.add(input);
  return seen.size;
}

/** The most nodes that `step` ever keeps alive, looked at now and then. */
function mostHeld(times: number, step: () => Tensor[]): number {
  let most = 0;
  for (let i = 0; i < times; i++) {
    const tensors = step();
    if (i % 97 === 0) most = Math.max(most, held(...tensors));
  }
  return most;
}

describe("unread accumulation", () => {
  it("over 200,000 steps keeps a bounded graph, and the right total", () => {
    const p = new Parameter(tensor([2]));
    let total = tensor([0]);
    const step = () => {
      p.mul(2).exp().sum();
      total = total.add(p.detach());
      return [total];
    };
    expect(mostHeld(200_000, step)).toBeLessThan(15_000);
    expect(total.item()).toBe(400_000);
  });
  it("of tensors that are made of each other is worked out once, by few programs", () => {
    const angle = 1e-4;
    let [x, y] = [tensor(1, { dtype: "float64" }), tensor(0, { dtype: "float64" })];
    const step = () => {
      [x, y] = [x.sub(y.mul(angle)), y.add(x.mul(angle))];
      return [x, y];
    };
    const programs = programsPrepared();
    expect(mostHeld(20_000, step)).toBeLessThan(15_000);
    const size = (1 + angle ** 2) ** 10_000;
    expect(x.item() / size).toBeCloseTo(Math.cos(20_000 * Math.atan(angle)), 9);
    expect(y.item() / size).toBeCloseTo(Math.sin(20_000 * Math.atan(angle)), 9);
    expect(programsPrepared() - programs).toBeLessThan(8);
  });
  it("of gradients keeps the graph of one backward", () => {
    const p = new Parameter(tensor([1, 2]));
    const step = () => {
      p.mul(2).sum().backward();
      return [p.grad as Tensor];
    };
    expect(mostHeld(3000, step)).toBeLessThan(100);
    expect(p.grad?.toArray()).toEqual([6000, 6000]);
  });
  it("in a parameter that moves by its gradient keeps the graph of one step", () => {
    const p = new Parameter(tensor([1, 2]));
    const step = () => {
      p.zeroGrad();
      p.square().sum().backward();
      p.assign(p.sub((p.grad as Tensor).mul(0.5)));
      return [p];
    };
    expect(mostHeld(3000, step)).toBeLessThan(100);
    expect(p.toArray()).toEqual([0, 0]);
  });
  it("in a parameter assigned over and over keeps a bounded graph", () => {
    const p = new Parameter(tensor([0]));
    const step = () => {
      p.assign(p.add(1));
      return [p];
    };
    expect(mostHeld(20_000, step)).toBeLessThan(15_000);
    expect(p.item()).toBe(20_000);
  });
  it("in a deep network without gradients works each node out about once", () => {
    let items = 0;
    const counted: Backend = {
      name: "counted",
      prepare(structure) {
        const { run } = interpreter.prepare(structure);
        const count = (...given: Parameters<typeof run>) => {
          items += structure.items.length;
          return run(...given);
        };
        return { run: count };
      },
    };
    const before = nodeCount();
    withBackend(counted, () => {
      let h = tensor([1, -1]);
      for (let i = 0; i < 3000; i++) h = h.add(h.mul(0.5).tanh().mul(0.001));
      return h.data();
    });
    expect(items).toBeLessThan(2 * (nodeCount() - before));
  });
  it("forgets how evaluated tensors were made", () => {
    const y = tensor([1]).add(1).mul(2);
    evaluate(y);
    expect(y.node.inputs).toEqual([]);
  });
});
