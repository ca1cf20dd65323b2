import { evaluate, rand, type Tensor } from "@chainrule/core";

/** A tensor of random numbers that are in memory: a graph has it as an input. */
export function given(...shape: number[]): Tensor {
  const x = rand(shape);
  evaluate(x);
  return x;
}
