import {
  customGradient,
  einsum,
  elementwise,
  evaluate,
  grad,
  scalar,
  type Tensor,
  tensor,
  vjp,
} from "@chainrule/core";
import { graphFromJson, graphToJson } from "@chainrule/core/internal";
import { type Backend, withBackend } from "@chainrule/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidates } from "../conformance/backends.ts";
import { programOf } from "./chains.ts";
import { convolutions, convolve, operands } from "./convolutions.ts";
import { chains, joined, joins, moved } from "./movements.ts";
import { partsOf, products } from "./products.ts";
import { continuous, inputsOf, lossOf, type Program, programs, run } from "./program.ts";
import { reduced, reducedShort, reductions, shortReductions } from "./reductions.ts";
import { run as train } from "./training.ts";

const draws = { seed: 7, numRuns: 30 };

/** A backend that is handed only graphs that were written as JSON and read back. */
const throughJson = (backend: Backend): Backend => ({
  name: `${backend.name}, through JSON`,
  prepare: (graph) => backend.prepare(graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph))))),
});

const bitsOf = (tensors: readonly Tensor[]): number[][] => {
  evaluate(...tensors);
  return tensors.map((y) => [...y.data()]);
};

function resultsOf(program: Program): number[][] {
  const xs = inputsOf(program, "float32");
  const argnums = xs.map((_, i) => i);
  const gradients = grad((...ys: Tensor[]) => lossOf(program, ys), { argnums })(...xs);
  return bitsOf([...run(program, xs, continuous), ...(gradients as unknown as Tensor[])]);
}

describe.each(candidates)("graphs written as JSON and read back, on $backend.name", ({ backend }) => {
  /** Expects the same of a function whether its graphs go through JSON or not. */
  const expectSame = (f: () => unknown): void =>
    expect(withBackend(throughJson(backend), f)).toEqual(withBackend(backend, f));

  it("give the bits of random programs and their gradients", () => {
    for (const program of fc.sample(programs, draws)) expectSame(() => resultsOf(program));
  });

  it("give the bits of random movements and concatenations", () => {
    for (const chain of fc.sample(chains, draws)) expectSame(() => bitsOf([moved(chain)]));
    for (const join of fc.sample(joins, draws)) expectSame(() => bitsOf([joined(join)]));
  });

  it("give the bits of random products", () => {
    for (const product of fc.sample(products, draws)) {
      const { equation, x, y } = partsOf(product);
      expectSame(() => bitsOf([einsum(equation, x, y)]));
    }
  });

  it("give the bits of random convolutions and their gradients", () => {
    for (const c of fc.sample(convolutions, draws))
      expectSame(() => {
        const [y, pull] = vjp((x: Tensor, w: Tensor) => convolve(c, x, w), ...operands(c));
        return bitsOf([y, ...pull(y.detach())]);
      });
  });

  it("give the bits of random reductions", () => {
    for (const c of fc.sample(reductions, draws)) expectSame(() => bitsOf(reduced(c)));
    for (const c of fc.sample(shortReductions, draws)) expectSame(() => bitsOf([reducedShort(c)]));
  });

  it("give the bits of random chains", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const program = programOf(seed);
      expectSame(() => bitsOf(program.run(program.inputs()).map((e) => e.x)));
    }
  });

  it("give the bits of random training programs, compiled and not", () => {
    for (let seed = 1; seed <= 5; seed++)
      for (const compiled of [false, true])
        expectSame(() => {
          const { seen, last } = train(seed, compiled);
          return { seen, last };
        });
  });

  it("hold no op that elementwise() made and that is not registered: it is refused by name", () => {
    const half = elementwise("half", { f: (x) => scalar.mul(0.5, x), d: () => [0.5] });
    expect(() => withBackend(throughJson(backend), () => bitsOf([half(tensor([1, 2]))]))).toThrow(
      /op half, which is known by the object that elementwise\(\) made/,
    );
  });

  it("hold no functions of users: a custom gradient leaves none in the graph", () => {
    const double = customGradient((x: Tensor) => ({ value: x.mul(2), gradient: (ȳ) => [ȳ.mul(2)] }));
    expectSame(() => bitsOf([grad((x: Tensor) => double(x).sum())(tensor([1, 2]))]));
  });
});
