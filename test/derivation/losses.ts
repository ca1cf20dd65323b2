import type { Tensor } from "@chainrule/core";
import { bceWithLogits, binaryCrossEntropy } from "@chainrule/nn";

type Loss = (prediction: Tensor, y: Tensor) => Tensor;

const complement = (x: Tensor): Tensor => x.neg().add(1);

/** Equation (1) as the derivation writes it. */
const textbook: Loss = (ŷ, y) =>
  y
    .mul(ŷ.log())
    .add(complement(y).mul(complement(ŷ).log()))
    .neg()
    .mean();

/** The losses of a prediction ŷ. */
export const ofPrediction = { textbook, binaryCrossEntropy } satisfies Record<string, Loss>;

/** The losses of a logit z, mean over a batch: the two above through ŷ = σ(z), and the stable one. */
export const ofLogit = {
  textbook: (z, y) => textbook(z.sigmoid(), y),
  binaryCrossEntropy: (z, y) => binaryCrossEntropy(z.sigmoid(), y),
  bceWithLogits: (z, y) => bceWithLogits(z, y),
} satisfies Record<string, Loss>;
