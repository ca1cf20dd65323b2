import { einsum, formatShape, sameShape, type Tensor } from "@chainrule/core";
import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import { requireShape } from "./standardise.ts";

const bilinearArguments: Signature = { x1: "tensor", x2: "tensor", weight: "tensor", bias: "tensor?" };

/**
 * Bilinear map y[…, o] = Σ x₁[…, i]·W[o, i, j]·x₂[…, j] + b[o].
 *
 * @param x1 […, in₁]
 * @param x2 […, in₂]
 * @param weight W [out, in₁, in₂]
 * @param bias b [out]; default none
 * @throws where shapes do not fit
 *
 * @example
 * console.log(bilinear(tensor([1, 2]), tensor([3, 4]), ones([1, 2, 2]))); //=> tensor([21], shape [1], float32)
 */
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
