import { einsum, formatShape, sameShape, type Tensor } from "@chainrule/core";
import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import { requireShape } from "./standardise.ts";

const bilinearArguments: Signature = { x1: "tensor", x2: "tensor", weight: "tensor", bias: "tensor?" };

/** yₒ = x₁·Wₒ·x₂ + bₒ, for x₁ of shape [.., in₁], x₂ [.., in₂], W [out, in₁, in₂], b [out]. @throws where sizes differ. */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  checkArguments("bilinear", bilinearArguments, arguments);
  const [out, in1, in2] = weight.shape as [number, number, number];
  if (
    weight.ndim !== 3 ||
    x1.ndim === 0 ||
    !sameShape(x1.shape.slice(0, -1), x2.shape.slice(0, -1)) ||
    x1.shape.at(-1) !== in1 ||
    x2.shape.at(-1) !== in2
  )
    fail(
      "shape",
      "bilinear",
      `inputs ${formatShape(x1.shape)} and ${formatShape(x2.shape)} and weight ${formatShape(weight.shape)} must be […, in1], […, in2] and [out, in1, in2]`,
    );
  requireShape("bilinear", [out], { bias });
  const y = einsum("...i,oij,...j->...o", x1, weight, x2);
  return bias ? y.add(bias) : y;
}
