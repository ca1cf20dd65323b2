import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile, grad, ones, Parameter, type Tensor, tensor, zeros } from "@chainrule/core";
import { linearMemory, nodeCount, programsPrepared } from "@chainrule/core/internal";
import { type Backend, interpreter, wasm, withBackend } from "@chainrule/core/testing";
import { Adam, SGD } from "@chainrule/optim";
import { describe, expect, test } from "vitest";
import { batch, logistic, network } from "./models.ts";

/** What grows while `f` runs. */
function growth(f: () => void) {
  const before = { nodes: nodeCount(), programs: programsPrepared(), ...linearMemory() };
  f();
  const { bytes, used } = linearMemory();
  return {
    nodes: nodeCount() - before.nodes,
    programs: programsPrepared() - before.programs,
    bytes: bytes - before.bytes,
    used: used - before.used,
  };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Mebibytes of JavaScript objects that are held: what array buffers hold is counted only once they are swept. */
function held(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function repeat(n: number, f: () => void): void {
  for (let i = 0; i < n; i++) f();
}

describe("a compiled step, once it is warm", () => {
  const [x, y] = batch(1);

  const steps = {
    "logistic regression with SGD": () => logistic((p) => new SGD(p, { lr: 0.1 })).step,
    "a network with buffers and Adam": () => network((p) => new Adam(p)).step,
  };

  test.each(Object.entries(steps))("makes one node, that of the tensor it returns: %s", (_, make) => {
    const compiled = compile(make());
    repeat(2, () => compiled(x, y));
    expect(growth(() => repeat(10, () => compiled(x, y)))).toEqual({
      nodes: 10,
      programs: 0,
      bytes: 0,
      used: 0,
    });
  });

  test("leaves what was taken of a parameter before as it was", () => {
    const { step, optimizer } = network((p) => new Adam(p));
    const compiled = compile(step);
    const parameters = optimizer.paramGroups.flatMap((g) => g.params);
    repeat(3, () => compiled(x, y));
    const kept = parameters.map((p) => p.detach());
    const seen = parameters.map((p) => [...p.data()]);
    repeat(3, () => compiled(x, y));
    expect(kept.map((t) => [...t.data()])).toEqual(seen);
    expect(parameters.map((p) => [...p.data()])).not.toEqual(seen);
  });

  test("gives its memory back when nobody holds it any more", async () => {
    const w = zeros([300, 300]);
    (() => compile((v: Tensor) => v.matmul(w).exp().sum())(zeros([300, 300])).item())();
    const during = linearMemory().used;
    await expect
      .poll(() => {
        collect();
        return linearMemory().used;
      })
      .toBeLessThan(during);
  });

  test("leaves linear memory and heap as they are over 20,000 steps", () => {
    const { step } = logistic((p) => new Adam(p));
    const compiled = compile(step);
    repeat(2000, () => compiled(x, y));
    const before = held();
    expect(growth(() => repeat(20_000, () => compiled(x, y)))).toMatchObject({
      programs: 0,
      bytes: 0,
      used: 0,
    });
    expect(held() - before).toBeLessThan(2);
  });

  test("leaves linear memory as it is where its tensors lie outside the program", () => {
    const w = logistic((p) => new SGD(p)).optimizer.paramGroups[0]?.params[0] as Tensor;
    const f = compile((x: Tensor) => x.add(w.sum()));
    const big = zeros([5000]);
    repeat(3, () => f(big).data());
    expect(growth(() => repeat(1000, () => f(big).data()))).toEqual({
      nodes: 1000,
      programs: 0,
      bytes: 0,
      used: 0,
    });
  });
});

describe("without compile", () => {
  test.each([4, 5000])(
    "20,000 results of %i elements that are read and dropped leave memory as it is",
    (n) => {
      const x = ones([n]);
      const read = () => x.mul(2).add(1).sum().item() + (x.mul(3).data()[0] as number);
      read();
      const before = held();
      expect(growth(() => repeat(20_000, read))).toMatchObject({ programs: 0, bytes: 0, used: 0 });
      expect(held() - before).toBeLessThan(2);
    },
  );

  test("numbers that change compile nothing, in gradients either", () => {
    const x = ones([5]);
    const slope = (λ: number) => grad((t: Tensor) => t.mul(λ).tanh().div(λ).sum().mul(λ))(x).data();
    slope(0.7);
    expect(growth(() => [1.5, -2, 1, 1e-9, 300].forEach(slope))).toMatchObject({ programs: 0 });
  });

  test("an uncompiled step compiles nothing and needs no more memory once it is warm", () => {
    const [x, y] = batch(1);
    const { step } = logistic((p) => new Adam(p));
    // Until linear memory is as full as it gets: what eager steps leave there makes room only then.
    repeat(2000, () => step(x, y).item());
    expect(growth(() => repeat(100, () => step(x, y).item()))).toMatchObject({
      programs: 0,
      bytes: 0,
      used: 0,
    });
  });

  test.each<[string, (a: Tensor, b: Tensor) => Tensor, (a: Tensor, b: Tensor) => Tensor]>([
    ["its formula", (a, b) => a.maximum(b), (a, b) => a.minimum(b)],
    ["the order of its operands", (a, b) => a.sub(b), (a, b) => b.sub(a)],
    ["a dim", (a, b) => a.mul(b).sum(0), (a, b) => a.mul(b).sum(1)],
    ["a switch", (a) => a.neg().sum(0, { keepdim: true }).add(a), (a) => a.neg().sum(0).add(a)],
    ["the shape that it passes through", (a) => a.reshape([4]).sum(0), (a) => a.reshape([1, 4]).sum(1)],
    ["its letters", (a, b) => a.matmul(b), (a, b) => a.transpose().matmul(b)],
    ["which of its tensors are one", (a, b) => a.mul(b).add(a), (a, b) => a.mul(b).add(b)],
  ])("a graph that differs in %s has a program of its own, and one that is equal has none", (_, f, g) => {
    const draw = (i: number) =>
      [
        tensor([
          [1, 2],
          [3, i],
        ]),
        tensor([
          [-5, 7],
          [0, -i],
        ]),
      ] as const;
    const kinds = [f, g, f, g].map((h, i) => ({ h, data: [...h(...draw(i)).data()], i }));
    for (const { h, data, i } of kinds)
      expect(withBackend(interpreter, () => [...h(...draw(i)).data()])).toEqual(data);
    expect(growth(() => kinds.forEach(({ h, i }) => void h(...draw(i)).data())).programs).toBe(0);
  });

  test("a step through 3000 layers is one run, in which each gradient is worked out with the others", () => {
    let runs = 0;
    const counted: Backend = {
      name: "counted",
      prepare(structure) {
        const { run } = wasm.prepare(structure);
        const count = (...given: Parameters<typeof run>) => {
          runs++;
          return run(...given);
        };
        return { run: count };
      },
    };
    const layers = Array.from({ length: 3000 }, (_, i) => new Parameter(tensor([1, 1 - i / 5000])));
    const sgd = new SGD(layers, { lr: 0.01 });
    const step = () => {
      const loss = layers.reduce<Tensor>((h, w) => h.mul(w).tanh(), tensor([3, -1])).sum();
      sgd.zeroGrad();
      loss.backward();
      sgd.step();
      return loss.item();
    };
    withBackend(counted, step);
    expect(runs).toBe(1);
    expect(growth(() => withBackend(counted, step)).programs).toBe(0);
    expect(runs).toBe(2);
  });

  test("programs of graphs that were not met for long are let go", () => {
    const x = ones([4]);
    const runs = (from: number, to: number) => {
      for (let i = from; i < to; i++)
        [...i.toString(2).padStart(10, "0")].reduce((y, bit) => (bit === "1" ? y.abs() : y.sqrt()), x).data();
    };
    runs(0, 300);
    expect(growth(() => runs(300, 600))).toMatchObject({ programs: 300, used: 0 });
  });

  test("results that are read, and used afterwards, stay within the bounds of linear memory", () => {
    const kept = Array.from({ length: 150 }, (_, i) => {
      const t = zeros([1 << 20]).add(i);
      expect(t.data()[7]).toBe(i);
      return t;
    });
    for (const [i, t] of kept.entries()) expect(t.neg().amin().item()).toBe(-i);
    expect(linearMemory().used).toBeLessThan(400 << 20);
  });

  test("a program whose tensors exceed the bounds of linear memory works them out all the same", () => {
    const f = compile((x: Tensor) => Array.from({ length: 6 }, (_, i) => x.add(i)));
    const results = f(tensor(new Float32Array(12 << 20)));
    expect(results.map((t) => t.amax().item())).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
