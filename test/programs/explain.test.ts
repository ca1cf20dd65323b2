import {
  compile,
  explain,
  grad,
  interpreter,
  ones,
  Parameter,
  profile,
  type Tensor,
  tensor,
  withBackend,
} from "@chainrule/core";
import { GELU, LayerNorm, Linear, mseLoss, Sequential } from "@chainrule/nn";
import { Adam } from "@chainrule/optim";
import { describe, expect, test } from "vitest";
import { given } from "./given.ts";

describe("of a large graph", () => {
  const model = new Sequential(
    ...Array.from({ length: 4 }, () => [new Linear(16, 16), new LayerNorm([16]), new GELU()]).flat(),
  );
  const optimizer = new Adam(model.parameters());
  const step = compile((x: Tensor, y: Tensor) => {
    const loss = mseLoss(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const [x, y] = [given(24, 16), given(24, 16)];
  step(x, y);
  const text = explain(step, x, y);

  test("an explanation has fewer lines than the graph has nodes", () => {
    const nodes = Number(/^(\d+) nodes: /m.exec(text)?.[1]);
    expect(nodes).toBeGreaterThan(100);
    expect(text.split("\n").length).toBeLessThan(nodes / 5);
  });

  test("the numbers of the ops add up to that of the nodes", () => {
    const [, nodes, list] = /^(\d+) nodes: (.*)$/m.exec(text) as unknown as [string, string, string];
    const counts = list.split(", ").map((entry) => Number.parseInt(entry, 10));
    expect(counts.reduce((a, b) => a + b)).toBe(Number(nodes));
  });

  test("the kernels are those that run", () => {
    const { kernels } = profile(() => step(x, y));
    for (const { name } of kernels) expect(text).toContain(name);
    const runs = kernels.reduce((sum, { runs }) => sum + runs, 0);
    const flop = kernels.reduce((sum, { runs, flop }) => sum + runs * flop, 0);
    expect(text).toContain(`\n${runs} kernels, ${(flop / 1e6).toPrecision(3)} MFLOP\n`);
  });

  test("it is the same every time", () => {
    expect(explain(step, x, y)).toBe(text);
  });
});

describe("of what is evaluated", () => {
  test("an explanation says how it came about, as long as gradients may ask for that", () => {
    const w = new Parameter(tensor([1, 2, 3]));
    const before = explain(w.exp().sum());
    const loss = w.exp().sum();
    loss.item();
    expect(explain(loss)).toBe(`evaluated already, as follows\n\n${before}`);
    expect(explain(loss, w.neg())).toMatch(/^1 of 2 evaluated already, as follows\n/);
  });

  test("an explanation says that nothing is left to do where that is let go, or was given", () => {
    const x = tensor([1, 2, 3]);
    const y = x.exp();
    expect(explain(y)).toContain("exp");
    y.data();
    for (const t of [x, y, new Parameter(x)])
      expect(explain(t)).toMatch(
        /^evaluated already; nothing is left to be computed\n(.|\n)*\nkernels\nnone\n/,
      );
  });
});

test("of a gradient that is not worked out yet, an explanation works out nothing", () => {
  const x = given(3);
  const g = grad((x: Tensor) => x.sin().sum())(x);
  expect(profile(() => explain(g)).kernels).toEqual([]);
  expect(explain(g)).toMatch(/^graph\n%0 = input float32\[3\]\n%1 = cos\(%0\) float32\[3\]\n/);
});

describe("the options of explain", () => {
  const f = compile((x: Tensor) => x.exp());
  const x = ones([2]);
  f(x);
  // A caller without types may pass any option.
  const call = explain as (...args: readonly unknown[]) => string;

  test.each([
    ["tensors", [x.exp()]],
    ["a compiled function", [f, x]],
  ])("of %s are checked by name and type", (_, args) => {
    expect(() => call(...args, { pass: true })).toThrow("has no option pass; its options are passes");
    expect(() => call(...args, { passes: 1 })).toThrow("passes 1 must be true or false");
    expect(call(...args, { passes: false })).toBe(call(...args, {}));
  });

  test("are not those of a function that was not called with such arguments", () => {
    expect(() => call(f, x, x, { scale: 2 })).toThrow("Did you mean to call it once before?");
  });
});

describe("explain with { passes: true }", () => {
  const f = compile((x: Tensor) => x.mul(1).softmax(0).sum());
  const x = given(64);
  f(x);
  const passes = (text: string) => [...text.matchAll(/^after (\w+)$/gm)].map(([, pass]) => pass);

  test("prints the graph and what each pass makes of it", () => {
    const text = explain(f, x, { passes: true });
    expect(text).toMatch(/^graph\n%0 = input/);
    expect(passes(text)[0]).toBe("simplify");
    expect(passes(text).at(-1)).toBe("planMemory");
    expect(text).toContain("after fuse\nkernels\n0: nest");
  });

  test("takes tensors too", () => {
    expect(passes(explain(x.exp().sum(), { passes: true }))).toContain("fuse");
  });

  test("leaves an option that is an argument of the function to the function", () => {
    const g = compile((x: Tensor, _: { passes: boolean }) => x.exp());
    g(x, { passes: true });
    expect(passes(explain(g, x, { passes: true }))).toEqual([]);
  });

  test("says that a backend without programs computes node by node", () => {
    const text = withBackend(interpreter, () => explain(x.exp()));
    expect(text).toContain("none: the backend computes node by node");
  });
});
