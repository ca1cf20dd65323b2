import { elementwise, scalar, type Tensor } from "@chainrule/core";
import type { Options } from "@chainrule/core/internal";
import { requireBroadcast } from "../functional/broadcast.ts";
import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, type WeightedOptions, weighted, weightedOptions } from "./reduction.ts";

const { add, eq, mul, neg, sigmoid, softplus, sub, where } = scalar;

/** w·softplus(z), but 0 for w = 0 at every z, so that a hard label drops the other term. */
const weightedSoftplus = (w: scalar.Scalar, z: scalar.Scalar) => where(eq(w, 0), 0, mul(w, softplus(z)));

/**
 * L(z, y) = (1−y)·softplus(z) + p·y·softplus(−z), where p weights the positive examples. For p = 1 its derivative in z,
 * (1−y)·σ(z) − p·y·σ(−z), equals σ(z) − y, but without cancellation, so hard labels keep full relative accuracy. The
 * derivative in y, p·softplus(−z) − softplus(z), does too, written with softplus(z) = z + softplus(−z).
 */
export const logitLoss = elementwise("bceWithLogits", {
  f: (z, y, p: scalar.Scalar = 1) => add(weightedSoftplus(sub(1, y), z), weightedSoftplus(mul(p, y), neg(z))),
  d: (_L, z, y, p: scalar.Scalar = 1) => [
    sub(mul(sub(1, y), sigmoid(z)), mul(mul(p, y), sigmoid(neg(z)))),
    sub(weightedSoftplus(sub(p, 1), neg(z)), z),
    weightedSoftplus(y, neg(z)),
  ],
});

/** Options of `bceWithLogits`. */
export interface LogitOptions extends WeightedOptions {
  /** p, the weight of positive examples; broadcasts to the input's shape. Default: 1. */
  readonly posWeight?: Tensor | undefined;
}

const logitOptions = { ...weightedOptions, posWeight: "tensor" } as const satisfies Options;

/**
 * Binary cross entropy of logits, w·[(1−t)·softplus(z) + p·t·softplus(−z)], accurate for every logit, infinite ones
 * included.
 *
 * @param input logits z
 * @param target probabilities t in [0, 1], of the shape of z
 * @throws where shapes differ
 *
 * @example
 * console.log(bceWithLogits(tensor([0, 1000]), tensor([1, 1]), { reduction: "none" }));
 * //=> tensor([0.6931, 0.0000], shape [2], float32)
 */
export const bceWithLogits = elementwiseLoss<LogitOptions>(
  "bceWithLogits",
  logitOptions,
  (input, target, { weight, posWeight }) => {
    if (posWeight) requireBroadcast("bceWithLogits", input, posWeight, "posWeight");
    return weighted("bceWithLogits", logitLoss(input, target, posWeight), weight);
  },
);

/**
 * `bceWithLogits` under PyTorch's longer name.
 *
 * @example
 * console.log(binaryCrossEntropyWithLogits(tensor([0]), tensor([1]))); //=> tensor(0.6931, shape [], float32)
 */
export const binaryCrossEntropyWithLogits = bceWithLogits;

/**
 * `bceWithLogits` as a module.
 *
 * @example
 * const loss = new BCEWithLogitsLoss({ posWeight: tensor([2]) });
 * console.log(loss.forward(tensor([0]), tensor([1]))); //=> tensor(1.3863, shape [], float32)
 */
export class BCEWithLogitsLoss extends lossModule(bceWithLogits, logitOptions) {
  static override readonly name: string = "BCEWithLogitsLoss";
}
