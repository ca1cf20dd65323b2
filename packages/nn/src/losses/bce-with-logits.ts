import { elementwise, scalar, type Tensor } from "@chainrule/core";
import type { Options } from "@chainrule/core/internal";
import { requireBroadcast } from "../functional/broadcast.ts";
import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, type WeightedOptions, weighted, weightedOptions } from "./reduction.ts";

const { add, eq, mul, neg, sigmoid, softplus, sub, where } = scalar;

/** w·softplus(z), and 0 for w = 0 at every z: what a hard label leaves out. */
const weightedSoftplus = (w: scalar.Scalar, z: scalar.Scalar) => where(eq(w, 0), 0, mul(w, softplus(z)));

/**
 * L(z, y) = (1−y)·softplus(z) + p·y·softplus(−z), p weighing the positive examples. Its derivative in z,
 * (1−y)·σ(z) − p·y·σ(−z), is σ(z) − y for p = 1 without the cancellation: hard labels keep full relative accuracy.
 * So does the derivative in y, p·softplus(−z) − softplus(z), written with softplus(z) = z + softplus(−z).
 */
const op = elementwise("bceWithLogits", {
  f: (z, y, p: scalar.Scalar = 1) => add(weightedSoftplus(sub(1, y), z), weightedSoftplus(mul(p, y), neg(z))),
  d: (_L, z, y, p: scalar.Scalar = 1) => [
    sub(mul(sub(1, y), sigmoid(z)), mul(mul(p, y), sigmoid(neg(z)))),
    sub(weightedSoftplus(sub(p, 1), neg(z)), z),
    weightedSoftplus(y, neg(z)),
  ],
});

export interface LogitOptions extends WeightedOptions {
  /** What positive examples are multiplied by; broadcasts. */
  readonly posWeight?: Tensor | undefined;
}

const logitOptions = { ...weightedOptions, posWeight: "tensor" } as const satisfies Options;

/**
 * Binary cross entropy of logits z and targets t in [0, 1], w·[(1−t)·softplus(z) + p·t·softplus(−z)], exact at every
 * logit: an infinite one that the label agrees with costs nothing. @throws where shapes differ.
 */
export const bceWithLogits = elementwiseLoss<LogitOptions>(
  "bceWithLogits",
  logitOptions,
  (input, target, { weight, posWeight }) => {
    if (posWeight) requireBroadcast("bceWithLogits", input, posWeight, "posWeight");
    return weighted("bceWithLogits", op(input, target, posWeight), weight);
  },
);

/** `bceWithLogits` by PyTorch's longer name. */
export const binaryCrossEntropyWithLogits = bceWithLogits;

/** `bceWithLogits` as a module. */
export class BCEWithLogitsLoss extends lossModule(bceWithLogits, logitOptions) {
  static override readonly name: string = "BCEWithLogitsLoss";
}
