import { grad, jvp, type Tensor, tensor } from "@chainrule/core";
import { expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { check } from "./check.ts";
import { inputsOf, lossOf, type Program, programs } from "./program.ts";

const settings = { seed: 20_260, numRuns: 120 };

const moved = (x: Tensor, j: number, by: number): Tensor => {
  const data = x.data();
  data[j] = (data[j] as number) + by;
  return tensor(data, { shape: x.shape, dtype: x.dtype });
};

const gradientsOf = (program: Program, xs: readonly Tensor[]): Tensor[] => {
  const argnums = xs.map((_, i) => i);
  return grad((...ys: Tensor[]) => lossOf(program, ys), { argnums })(...xs) as unknown as Tensor[];
};

/** Each pair of an input and the place of one of its elements. */
const placesOf = (xs: readonly Tensor[]) =>
  xs.flatMap((x, i) => Array.from({ length: x.size }, (_, j) => [i, j] as const));

eachBackend("random programs", (on) => {
  it("have one gradient, in reverse and in forward mode", () => {
    check(programs, settings, (program) => {
      on(() => {
        const xs = inputsOf(program, "float64");
        const gradients = gradientsOf(program, xs);
        for (const [i, j] of placesOf(xs)) {
          const tangents = xs.map((x, k) => (k === i ? moved(x.mul(0), j, 1) : x.mul(0)));
          const [, ẏ] = jvp((...ys: Tensor[]) => lossOf(program, ys), xs, tangents);
          const [backward, forward] = [gradients[i]?.data()[j] as number, ẏ.item()];
          const scale = 1 + Math.abs(forward);
          expect(Math.abs(backward - forward) / scale, `∂x${i}, element ${j}`).toBeLessThan(1e-9);
        }
      });
    });
  });

  it("have the gradient that finite differences find, where they are smooth", () => {
    let [smooth, all] = [0, 0];
    check(programs, settings, (program) => {
      on(() => {
        const xs = inputsOf(program, "float64");
        const gradients = gradientsOf(program, xs).map((g) => g.data());
        const loss = (i: number, j: number, by: number) =>
          lossOf(
            program,
            xs.map((x, k) => (k === i ? moved(x, j, by) : x)),
          ).item();
        const centre = lossOf(program, xs).item();
        for (const [i, j] of placesOf(xs)) {
          const h = 1e-5;
          const [above, below] = [loss(i, j, h), loss(i, j, -h)];
          const [right, left] = [(above - centre) / h, (centre - below) / h];
          const slope = (right + left) / 2;
          const scale = 1 + Math.abs(slope) + Math.abs(centre);
          all++;
          if (!(Math.abs(right - left) / scale < 1e-3)) continue;
          smooth++;
          expect(Math.abs((gradients[i]?.[j] as number) - slope) / scale).toBeLessThan(1e-4);
        }
      });
    });
    expect(smooth / all).toBeGreaterThan(0.9);
  });
});
