import { elementwise, scalar } from "@chainrule/core";
import { logitLoss } from "./bce-with-logits.ts";
import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, type WeightedOptions, weighted, weightedOptions } from "./reduction.ts";

const { add, and, div, le, log, log1p, lt, maximum, mul, neg, sub, where } = scalar;

/** max(ln, −100), PyTorch's bound. */
const clampLog = (x: scalar.Scalar) => maximum(x, -100);

/** The smallest normal number of float32. */
const smallest = 2 ** -126;

/**
 * L(ŷ, y) = −[y ln ŷ + (1−y) ln(1−ŷ)] with logarithms clamped to ≥ −100. The derivative is that of the unclamped
 * formula, ∂L/∂ŷ = (ŷ−y)/q with q = ŷ(1−ŷ), and 10⁻¹² in the place of a q below 2⁻¹²⁶. Of ŷ = σ(z) it is the loss of
 * the logit z, without the clamps.
 */
const row = elementwise("binaryCrossEntropy", {
  f: (ŷ, y) => neg(add(mul(y, clampLog(log(ŷ))), mul(sub(1, y), clampLog(log1p(neg(ŷ)))))),
  d: (_L, ŷ, y) => {
    const spread = mul(ŷ, sub(1, ŷ));
    return [
      div(sub(ŷ, y), where(lt(spread, smallest), 1e-12, spread)),
      sub(clampLog(log1p(neg(ŷ))), clampLog(log(ŷ))),
    ];
  },
  after: { sigmoid: (z, y) => logitLoss(z, y) },
  domain: [
    [0.1, 0.9],
    [0, 1],
  ],
  require: {
    holds: (ŷ) => and(le(0, ŷ), le(ŷ, 1)),
    message: "probabilities must be in [0, 1]. Did you mean bceWithLogits?",
  },
});

/**
 * Binary cross entropy of probabilities, −w·[t ln p + (1−t) ln(1−p)]. As in PyTorch, logarithms are clamped to ≥ −100.
 *
 * @param input probabilities p in [0, 1]
 * @param target probabilities t in [0, 1], of the shape of p
 * @throws where shapes differ, or, when it is computed, a probability is outside [0, 1]
 *
 * @example
 * console.log(binaryCrossEntropy(tensor([0.5, 1]), tensor([1, 0]), { reduction: "none" }));
 * //=> tensor([  0.6931, 100.0000], shape [2], float32)
 */
export const binaryCrossEntropy = elementwiseLoss<WeightedOptions>(
  "binaryCrossEntropy",
  weightedOptions,
  (input, target, { weight }) => weighted("binaryCrossEntropy", row(input, target), weight),
);

/**
 * `binaryCrossEntropy` as a module.
 *
 * @example
 * console.log(new BCELoss().forward(tensor([0.5]), tensor([1]))); //=> tensor(0.6931, shape [], float32)
 */
export class BCELoss extends lossModule(binaryCrossEntropy, weightedOptions) {
  static override readonly name: string = "BCELoss";
}
