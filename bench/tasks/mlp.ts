import { type AdamHyper, adam } from "./adam.ts";
import type { Problem } from "./problem.ts";
import { constant, dense, integers, normal } from "./seeded.ts";

export type Mlp = Problem<"mlp", "x" | "y" | "w1" | "b1" | "w2" | "b2" | "w3" | "b3", AdamHyper>;

const [batch, inputs, first, second, classes] = [128, 784, 256, 128, 10] as const;

/** A dense network on images of digits. */
export const mlp: Mlp = {
  kind: "mlp",
  name: "mlp",
  iteration: "784-256-128-10 with relu, batch 128, cross entropy, its gradient, a step of Adam",
  hyper: adam,
  tensors: () => ({
    x: normal(21, [batch, inputs]),
    y: integers(22, [batch], classes),
    w1: dense(23, inputs, first),
    b1: constant([first], 0),
    w2: dense(24, first, second),
    b2: constant([second], 0),
    w3: dense(25, second, classes),
    b3: constant([classes], 0),
  }),
  // Three products a layer, without the gradient of x.
  flop: 2 * batch * (2 * inputs * first + 3 * first * second + 3 * second * classes),
};
