import type { Problem } from "./problem.ts";
import { normal } from "./seeded.ts";

export type Softmax = Problem<"softmax", "x" | "cotangent">;
export type LayerNorm = Problem<"layerNorm", "x" | "cotangent" | "weight" | "bias", { readonly eps: number }>;

const shape = [4096, 256] as const;

/** Softmax along rows and its gradient. */
export const softmax: Softmax = {
  kind: "softmax",
  name: "softmax",
  iteration: "y = softmax(x) along the rows of 4096 × 256, and x̄ for a given ȳ",
  hyper: {},
  tensors: () => ({ x: normal(81, shape), cotangent: normal(82, shape) }),
};

/** Layer norm along rows and its gradients. */
export const layerNorm: LayerNorm = {
  kind: "layerNorm",
  name: "layernorm",
  iteration: "y = layer norm of x along the rows of 4096 × 256, and x̄, weight̄ and bias̄ for a given ȳ",
  hyper: { eps: 1e-5 },
  tensors: () => ({
    x: normal(83, shape),
    cotangent: normal(84, shape),
    weight: normal(85, [256], 0.5),
    bias: normal(86, [256], 0.5),
  }),
};
