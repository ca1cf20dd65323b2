import { type AdamHyper, adam } from "./adam.ts";
import type { Problem } from "./problem.ts";
import { constant, dense, integers, normal } from "./seeded.ts";

export type Cnn = Problem<"cnn", "x" | "y" | "k1" | "b1" | "k2" | "b2" | "w" | "b", AdamHyper>;

const [batch, size, channels1, channels2, classes] = [64, 28, 8, 16, 10] as const;
const features = channels2 * (size / 4) ** 2;

/** A LeNet-like network; images are [batch, channel, row, column], kernels [out, in, 3, 3]. */
export const cnn: Cnn = {
  kind: "cnn",
  name: "cnn",
  iteration:
    "28×28, conv 3×3×8 (padding 1), relu, max pool 2, conv 3×3×16 (padding 1), relu, max pool 2, dense 10; batch 64, cross entropy, its gradient, a step of Adam",
  hyper: adam,
  tensors: () => ({
    x: normal(31, [batch, 1, size, size]),
    y: integers(32, [batch], classes),
    k1: normal(33, [channels1, 1, 3, 3], 1 / 3),
    b1: constant([channels1], 0),
    k2: normal(34, [channels2, channels1, 3, 3], 1 / Math.sqrt(9 * channels1)),
    b2: constant([channels2], 0),
    w: dense(35, features, classes),
    b: constant([classes], 0),
  }),
  flop:
    2 *
    batch *
    (2 * size ** 2 * 9 * channels1 +
      3 * (size / 2) ** 2 * 9 * channels1 * channels2 +
      3 * features * classes),
};
