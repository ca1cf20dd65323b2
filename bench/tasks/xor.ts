import type { Problem } from "./problem.ts";
import { constant, normal } from "./seeded.ts";

export type Xor = Problem<"xor", "x" | "y" | "w1" | "b1" | "w2" | "b2", { readonly lr: number }>;

/** The smallest network: what a step costs besides arithmetic. */
export const xor: Xor = {
  kind: "xor",
  name: "xor",
  iteration: "2-8-1 with tanh, batch 4, mean binary cross entropy on the logit, its gradient, p −= lr·g",
  hyper: { lr: 0.5 },
  tensors: () => ({
    x: { shape: [4, 2], data: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1) },
    y: { shape: [4, 1], data: Float32Array.of(0, 1, 1, 0) },
    w1: normal(11, [2, 8]),
    b1: normal(12, [8], 0.1),
    w2: normal(13, [8, 1], 0.5),
    b2: constant([1], 0),
  }),
};
