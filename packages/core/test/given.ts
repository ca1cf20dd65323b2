import { evaluate, randn, type Tensor } from "../src/index.ts";

/** A tensor of random numbers that are in memory: a graph has it as an input. */
export function given(...shape: number[]): Tensor {
  const x = randn(shape);
  evaluate(x);
  return x;
}
