import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { evaluate, grad, ones, Parameter, type Tensor, tensor, zeros } from "@chainrule/core";
import { linearMemory } from "@chainrule/core/internal";
import { describe, expect, it } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that are held after a collection, array buffers included. */
function held(): number {
  // The first collection leaves array buffers to be freed behind it; the second waits for them.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** How many bytes `times` more runs of `step` hold on to, once the first runs have warmed everything up. */
function growth(step: () => void, times: number): number {
  for (let i = 0; i < 100; i++) step();
  const before = held();
  for (let i = 0; i < times; i++) step();
  return held() - before;
}

const mebibyte = 2 ** 20;
const elements = 2 ** 12;

describe("what nobody holds is released", () => {
  const x = ones([elements]);
  const p = new Parameter(zeros([elements]));
  const step = () => {
    const loss = p.sub(x).square().mean();
    p.zeroGrad();
    loss.backward();
    const next = p.sub((p.grad as Tensor).mul(0.1)).detach();
    evaluate(next, p.grad as Tensor);
    p.assign(next);
    return loss;
  };
  const kept: Tensor[] = [];

  it.each<[string, () => void]>([
    ["values that are read", () => void x.exp().sum().item()],
    ["training steps", () => void step()],
    ["losses read after the step", () => void step().item()],
    ["gradients by grad", () => void grad((t: Tensor) => t.square().sum())(x).data()],
    ["tensors never read", () => void x.exp().mul(2)],
    ["creation from arrays", () => void tensor(new Float32Array(elements)).data()],
  ])("after %s", (_, run) => {
    // Each run makes at least one array of 16 KiB: 600 kept ones would be 9 MiB.
    expect(growth(run, 600)).toBeLessThan(4 * mebibyte);
  });

  it("when only the loss of each step is kept, unread", () => {
    kept.length = 0;
    expect(growth(() => void kept.push(step().detach()), 600)).toBeLessThan(4 * mebibyte);
    expect(kept.every((loss) => Number.isFinite(loss.item()))).toBe(true);
  });

  it("when a long graph was evaluated and only its end is held", () => {
    let y: Tensor = x;
    const run = () => {
      y = y.mul(0.999);
      evaluate(y);
    };
    expect(growth(run, 600)).toBeLessThan(4 * mebibyte);
  });
});

describe("what does not fit into memory", () => {
  it("is refused by name, and earlier values stay as they are", () => {
    const before = ones([5000]).mul(3);
    evaluate(before);
    expect(() => evaluate(before.mean().expand([40_000, 40_000]).add(1))).toThrow(
      "memory: 6104 MiB more do not fit into the 4 GiB that WebAssembly can address. Did you mean smaller batches?",
    );
    expect(() => zeros([40_000, 40_000]).data()).toThrow("memory: 6104 MiB more do not fit");
    expect(before.sum().item()).toBe(15_000);
    expect(before.add(1).sum().item()).toBe(20_000);
  });

  it("leaves programs that were made ready before theirs, and values apart from their scratch", () => {
    const square = ones([128, 128]).mul(0.5);
    evaluate(square);
    const program = () => square.matmul(square).cumsum(0).matmul(square).sum().item();
    const expected = program();
    expect(() => square.mean().expand([40_000, 40_000]).cumsum(0).sum().item()).toThrow("do not fit");
    const kept = Array.from({ length: 20 }, (_, i) => square.add(i));
    for (const t of kept) evaluate(t);
    expect(program()).toBe(expected);
    expect(kept.map((t) => t.mean().item())).toEqual(kept.map((_, i) => i + 0.5));
  });
});

describe("dispose", () => {
  it("gives memory up that nothing can read afterwards", () => {
    const x = ones([5000]).mul(3);
    evaluate(x);
    x.dispose();
    expect(() => x.sum().item()).toThrow("read: the elements of this tensor were given up by dispose()");
    expect(() => x.data()).toThrow("dispose()");
  });

  it("leaves what was worked out from the tensor alone", () => {
    const x = ones([5000]).mul(3);
    const y = x.add(1);
    evaluate(y);
    x.dispose();
    expect(y.sum().item()).toBe(20_000);
  });

  it("makes room at once", () => {
    const x = ones([1 << 16]);
    const run = () => {
      const y = x.mul(2);
      evaluate(y);
      y.dispose();
    };
    run();
    const { used } = linearMemory();
    for (let i = 0; i < 100; i++) run();
    expect(linearMemory().used).toBe(used);
  });
});
