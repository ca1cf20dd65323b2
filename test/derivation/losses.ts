import type { Tensor } from "@chainrule/core";

const complement = (x: Tensor): Tensor => x.neg().add(1);

/** (1) and (2) as the derivation writes them. */
export const textbookLoss = {
  ofPrediction: (ŷ: Tensor, y: Tensor): Tensor =>
    y
      .mul(ŷ.log())
      .add(complement(y).mul(complement(ŷ).log()))
      .neg(),
  ofLogit: (z: Tensor, y: Tensor): Tensor => textbookLoss.ofPrediction(z.sigmoid(), y),
};

/** The same loss with ln σ(z) as −softplus(−z). */
export const stableLoss = {
  ofLogit: (z: Tensor, y: Tensor): Tensor => complement(y).mul(z.softplus()).add(y.mul(z.neg().softplus())),
};
