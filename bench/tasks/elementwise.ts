import type { Problem } from "./problem.ts";
import { normal } from "./seeded.ts";

export type Gelu = Problem<"gelu", "x">;
export type Sum = Problem<"sum", "x", { readonly dim: number | null }>;

/** A chain of elementwise ops, written out as a user's formula: what fusion is for. */
export const gelu: Gelu = {
  kind: "gelu",
  name: "gelu-chain",
  iteration: "y = ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) op by op on 10⁶ elements, and x̄ for ȳ = 1",
  hyper: {},
  tensors: () => ({ x: normal(91, [1_000_000]) }),
};

const sum = (name: string, what: string, dim: number | null): Sum => ({
  kind: "sum",
  name,
  iteration: `Σ of 1000 × 1000 ${what}`,
  hyper: { dim },
  tensors: () => ({ x: normal(92, [1000, 1000]) }),
});

/** Reductions over everything, along rows, and along columns. */
export const sums = [
  sum("sum-all", "over everything", null),
  sum("sum-rows", "along each row", 1),
  sum("sum-columns", "along each column", 0),
];
