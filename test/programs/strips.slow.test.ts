import { cat, evaluate, explain, manualSeed, randn, type Tensor, vjp, where } from "@chainrule/core";
import { describe, expect, test } from "vitest";

/** GELU op by op, gated by its own argument: with its derivative, a long formula that reads tanh in several places. */
function gelu(x: Tensor): Tensor {
  const t = x
    .add(x.mul(x).mul(x).mul(0.044715))
    .mul(Math.sqrt(2 / Math.PI))
    .tanh();
  return x.mul(0.5).mul(t.add(1)).add(t.square().add(1).log());
}

/** Results of several dtypes that share what they are worked out from. */
function results(x: Tensor, cotangent: Tensor): Tensor[] {
  const [y, pull] = vjp(gelu, x);
  const [slope] = pull(cotangent) as [Tensor];
  return [y, slope, slope.gt(y), where(slope.lt(0.1), y, slope).mul(100).to("int32")];
}

const loops = (text: string): number => [...text.matchAll(/^ {2}for /gm)].length;

describe.each(["float32", "float64"] as const)("a long elementwise formula in %s", (dtype) => {
  test.each([
    { name: "of many points in one axis", shape: [20_000] },
    { name: "along rows", shape: [130, 256] },
    { name: "along rows that are strips themselves", shape: [3, 8200] },
    { name: "along axes before a short one", shape: [400, 64, 1] },
  ])("$name is worked out strip by strip, to the bits of its parts", ({ shape }) => {
    manualSeed(1);
    const [x, cotangent] = [randn(shape, { dtype }), randn(shape, { dtype })];
    evaluate(x, cotangent);
    const whole = results(x, cotangent);
    expect(loops(explain(...whole))).toBe(2);
    const rows = shape[0] as number;
    const parts = Array.from({ length: 8 }, (_, k) => {
      const [from, to] = [Math.floor((k * rows) / 8), Math.floor(((k + 1) * rows) / 8)];
      return results(x.slice(0, from, to), cotangent.slice(0, from, to));
    });
    whole.forEach((y, k) => {
      const joined = cat(parts.map((part) => part[k] as Tensor));
      expect(y.data()).toEqual(joined.data());
    });
  });

  test("reads through movements and guards as it does in one loop", () => {
    manualSeed(2);
    const x = randn([300, 200], { dtype });
    const row = randn([200], { dtype });
    evaluate(x, row);
    const padded = x.flip(1).pad([0, 0, 3, 3]).slice(0, 3, null).mul(row).transpose();
    for (const shape of [[200, 303], [-1]]) {
      const moved = padded.reshape(shape);
      const cotangent = x.transpose().pad([0, 3]).reshape(shape);
      const inOneRun = results(moved, cotangent);
      expect(loops(explain(...inOneRun))).toBe(2);
      evaluate(...inOneRun);
      evaluate(moved, cotangent);
      const first = (t: Tensor) => t.reshape([-1]).slice(0, 0, 9000);
      const parts = results(first(moved), first(cotangent));
      expect(loops(explain(...parts))).toBe(1);
      parts.forEach((part, k) => {
        expect(first(inOneRun[k] as Tensor).data()).toEqual(part.data());
      });
    }
  });

  test("stays one loop where a strip does not divide it", () => {
    const x = randn([3, 8209], { dtype });
    evaluate(x);
    expect(loops(explain(...results(x, x)))).toBe(1);
  });
});
