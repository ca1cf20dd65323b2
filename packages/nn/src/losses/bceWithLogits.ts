import { elementwise, scalar, type Tensor } from "@chainrule/core";
import { elementwiseLoss, type WeightedOptions, weighted } from "./reduction.ts";

const { abs, add, exp, log1p, maximum, mul, neg, sigmoid, sub } = scalar;

/** ln(1 + eᶻ), finite for every finite z. */
const softplus = (z: scalar.Scalar) => add(maximum(z, 0), log1p(exp(neg(abs(z)))));

/**
 * L(z, y) = (1−y)·softplus(z) + p·y·softplus(−z), p weighing the positive examples. Its derivative in z,
 * (1−y)·σ(z) − p·y·σ(−z), is σ(z) − y for p = 1 without the cancellation: hard labels keep full relative accuracy.
 */
const row = elementwise("bceWithLogits", {
  f: (z, y, positive: scalar.Scalar = 1) =>
    add(mul(sub(1, y), softplus(z)), mul(mul(positive, y), softplus(neg(z)))),
  d: (_L, z, y, positive: scalar.Scalar = 1) => [
    sub(mul(sub(1, y), sigmoid(z)), mul(mul(positive, y), sigmoid(neg(z)))),
    sub(mul(positive, softplus(neg(z))), softplus(z)),
    mul(y, softplus(neg(z))),
  ],
});

export interface LogitOptions extends WeightedOptions {
  /** What positive examples are multiplied by; broadcasts. */
  readonly posWeight?: Tensor;
}

/**
 * Binary cross entropy of logits, stable at every finite logit: w·[(1−t)·softplus(z) + p·t·softplus(−z)].
 * @throws where shapes differ.
 */
export const bceWithLogits = elementwiseLoss<LogitOptions>(
  "bceWithLogits",
  (input, target, { weight, posWeight }) =>
    weighted(posWeight ? row(input, target, posWeight) : row(input, target), weight),
);
