import type { Problem } from "./problem.ts";
import { normal } from "./seeded.ts";

export type Matmul = Problem<"matmul", "a" | "b">;

const matmul = (n: number, k: number, m: number): Matmul => ({
  kind: "matmul",
  name: n === k && k === m ? `matmul-${n}` : `matmul-${n}x${k}x${m}`,
  iteration: `[${n}, ${k}] · [${k}, ${m}]`,
  hyper: {},
  tensors: () => ({ a: normal(71, [n, k]), b: normal(72, [k, m]) }),
  flop: 2 * n * k * m,
});

/** Matrix products: squares, a classifier's last layer, and a shape that divides by nothing. */
export const matmuls = [
  ...[64, 128, 256, 512, 1024].map((n) => matmul(n, n, n)),
  matmul(128, 784, 10),
  matmul(127, 131, 61),
];
