import { elementwise, scalar, type Tensor } from "@chainrule/core";
import { loss } from "./loss.ts";
import { elementwiseLoss, requireBroadcast, type WeightedOptions, weighted } from "./reduction.ts";

const { add, mul, neg, sigmoid, softplus, sub } = scalar;

/**
 * L(z, y) = (1−y)·softplus(z) + p·y·softplus(−z), p weighing the positive examples. Its derivative in z,
 * (1−y)·σ(z) − p·y·σ(−z), is σ(z) − y for p = 1 without the cancellation: hard labels keep full relative accuracy.
 * So does the derivative in y, p·softplus(−z) − softplus(z), written with softplus(z) = z + softplus(−z).
 */
const row = elementwise("bceWithLogits", {
  f: (z, y, p: scalar.Scalar = 1) => add(mul(sub(1, y), softplus(z)), mul(mul(p, y), softplus(neg(z)))),
  d: (_L, z, y, p: scalar.Scalar = 1) => [
    sub(mul(sub(1, y), sigmoid(z)), mul(mul(p, y), sigmoid(neg(z)))),
    sub(mul(sub(p, 1), softplus(neg(z))), z),
    mul(y, softplus(neg(z))),
  ],
});

export interface LogitOptions extends WeightedOptions {
  /** What positive examples are multiplied by; broadcasts. */
  readonly posWeight?: Tensor | undefined;
}

/**
 * Binary cross entropy of logits z and targets t in [0, 1], w·[(1−t)·softplus(z) + p·t·softplus(−z)], stable at every
 * finite logit. @throws where shapes differ.
 */
export const bceWithLogits = elementwiseLoss<LogitOptions>(
  "bceWithLogits",
  (input, target, { weight, posWeight }) => {
    if (posWeight) requireBroadcast("bceWithLogits", input, posWeight, "posWeight");
    return weighted("bceWithLogits", row(input, target, posWeight), weight);
  },
);

/** `bceWithLogits` as a module. */
export class BCEWithLogitsLoss extends loss(bceWithLogits) {}
