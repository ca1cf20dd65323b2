import { compile, type DType, type Tensor, tensor } from "@chainrule/core";
import { expect, test } from "vitest";

const chains: readonly [name: string, dtype: DType, step: (x: Tensor) => Tensor, steps: number][] = [
  ["pow", "float64", (x) => x.pow(x), 300],
  ["tanh", "float32", (x) => x.tanh(), 1200],
];

test.each(chains)(
  "%s over itself in %s, longer than a function of WebAssembly may be, is as step by step",
  (_, dtype, step, steps) => {
    const x = tensor([0.1, 0.5, 0.75, 1.25, 2], { dtype });
    const chain = compile((x: Tensor) => {
      let y = x;
      for (let i = 0; i < steps; i++) y = step(y);
      return y;
    });
    let y = x;
    for (let i = 0; i < steps; i++) y = tensor(step(y).data());
    expect(chain(x).data()).toEqual(y.data());
  },
);
