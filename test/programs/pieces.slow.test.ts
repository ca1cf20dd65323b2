import { cat, compile, grad, Parameter, stack, type Tensor, tensor } from "@chainrule/core";
import { programsPrepared } from "@chainrule/core/internal";
import { describe, expect, it } from "vitest";

const rounds = 5000;

/** One round of five operations, which reads what the round before it left and what the first was given. */
const round = (h: Tensor, x: Tensor): Tensor => h.add(h.mul(0.5).tanh().mul(x)).sub(0.01);

function chain(x: Tensor, settle: (h: Tensor) => void = () => {}): Tensor {
  let h = x;
  for (let i = 0; i < rounds; i++) {
    h = round(h, x);
    settle(h);
  }
  return h;
}

describe("a graph too long for one program", () => {
  it("is worked out in several, with the bits that it has step by step", () => {
    const x = tensor([0.3, -0.2, 1e-3]);
    const before = programsPrepared();
    const compiled = compile((t: Tensor) => chain(t));
    const y = compiled(x);
    expect(programsPrepared() - before).toBeGreaterThan(1);
    const steps = chain(x, (h) => h.data());
    expect([...y.data()]).toEqual([...steps.data()]);
    expect([...compiled(x).data()]).toEqual([...y.data()]);
  });

  it("shares programs between the rounds of a loop, and between those of its derivative", () => {
    const loop = (x: Tensor): Tensor => {
      let h = x;
      for (let i = 0; i < 700; i++) h = round(h, x);
      return h;
    };
    const x = tensor([0.3, -0.2, 1e-3], { dtype: "float64" });
    const before = programsPrepared();
    const slopes = compile((t: Tensor) => grad((u: Tensor) => loop(u).sum())(t))(x).data();
    expect(programsPrepared() - before).toBeLessThan(16);
    const [ahead, behind] = [loop(x.add(1e-5)).data(), loop(x.sub(1e-5)).data()];
    slopes.forEach((slope, k) => {
      expect(slope / (((ahead[k] as number) - (behind[k] as number)) / 2e-5)).toBeCloseTo(1, 6);
    });
  });

  it("of parts that are joined again is a few programs, whatever the number of parts", () => {
    const x = tensor(
      Float32Array.from({ length: 40_000 }, (_, i) => i),
      { shape: [20_000, 2] },
    );
    const before = programsPrepared();
    expect(stack(x.unbind()).sub(x).abs().sum().item()).toBe(0);
    expect(cat(x.split(1)).sub(x).abs().sum().item()).toBe(0);
    expect(programsPrepared() - before).toBeLessThan(8);
  });

  it("may join more tensors than a program has items", () => {
    const n = 25_000;
    const joined = cat(Array.from({ length: n }, (_, i) => tensor([i])));
    expect(joined.add(1).data()).toEqual(Float32Array.from({ length: n }, (_, i) => i + 1));
  });

  it("that is at fault in the last of them leaves parameters as they were", () => {
    const p = new Parameter(tensor([1, 2, 3]));
    const step = compile((x: Tensor, index: Tensor) => {
      p.assign(p.add(1));
      return chain(x).gather(0, index);
    });
    const x = tensor([0.3, -0.2, 1e-3]);
    const at = (i: number) => tensor([i], { dtype: "int32" });
    step(x, at(2)).data();
    expect(() => step(x, at(3))).toThrow("index 3 is out of range for dim 0 of size 3");
    expect(p.toArray()).toEqual([2, 3, 4]);
    step(x, at(0)).data();
    expect(p.toArray()).toEqual([3, 4, 5]);
  });
});
