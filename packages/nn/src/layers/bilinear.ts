import { einsum, type Tensor } from "@chainrule/core";

/** yₒ = x₁·Wₒ·x₂ + bₒ, for x₁ of shape [.., in₁], x₂ [.., in₂], W [out, in₁, in₂], b [out]. @throws where sizes differ. */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const y = einsum("...i,oij,...j->...o", x1, weight, x2);
  return bias ? y.add(bias) : y;
}
