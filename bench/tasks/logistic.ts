import type { Problem } from "./problem.ts";
import { constant, labels, normal } from "./seeded.ts";

export type Logistic = Problem<"logistic", "x" | "y" | "w" | "b", { readonly lr: number }>;

const logistic = (n: number, d: number): Logistic => ({
  kind: "logistic",
  name: `logistic-${n}x${d}`,
  iteration: `mean binary cross entropy of σ(x·w + b), ${n} × ${d}, its gradient, w −= lr·g, b −= lr·g`,
  hyper: { lr: 0.1 },
  tensors: () => ({
    x: normal(1, [n, d]),
    y: labels(2, [n]),
    w: normal(3, [d], 0.1),
    b: constant([1], 0),
  }),
  flop: 4 * n * d,
});

/** Logistic regression by gradient descent on the whole data. */
export const logistics = [logistic(569, 30), logistic(100_000, 100)];
