/**
 * 9. The page: the chain rule of logistic regression, each factor printed from the partial derivatives of the ops and
 * verified, the product simplified step by step. The same page as HTML: 09-derive.html.
 */
import { tensor } from "@chainrule/core";
import { derive } from "@chainrule/derive";
import { binaryCrossEntropy } from "@chainrule/nn";

export const page = derive(
  ({ W, X, y }) => {
    const z = X.matmul(W);
    const ŷ = z.neg().exp().add(1).reciprocal();
    const L = binaryCrossEntropy(ŷ, y);
    return { L, ŷ, z };
  },
  { W: tensor([0.1, -0.4, 0.25]), X: tensor([1, 0.5, -2]), y: tensor(1) },
  { wrt: "W" },
);
console.log(String(page));
//=> ∂L/∂W
//=>
//=> Definitions
//=>   (1)  L = −(y ln ŷ + (1 − y) ln(1 − ŷ))
//=>   (2)  ŷ = 1/(1 + e^(−z))
//=>   (3)  z = XᵀW
//=>
//=> Chain rule
//=>   (4)  ∂L/∂W = ∂L/∂ŷ · ∂ŷ/∂z · ∂z/∂W
//=>
//=> Factors
//=>   (5)  ∂L/∂ŷ = (ŷ − y)/(ŷ(1 − ŷ))
//=>        [], −2.822; ✓ differences agree to 2e-10
//=>   (6)  ∂ŷ/∂z = e^z/(1 + e^z)²
//=>              = ŷ(1 − ŷ)   since ŷ = e^z/(1 + e^z)
//=>        [], 0.2288; ✓ differences agree to 3e-13
//=>   (7)  ∂z/∂W = X
//=>        [3], −2 … 1; ✓ differences agree to 3e-13
//=>
//=> Product
//=>   (8)  ∂L/∂z = ∂L/∂ŷ · ∂ŷ/∂z
//=>              = ((ŷ − y)/(ŷ(1 − ŷ))) ŷ(1 − ŷ)   by (5), (6)
//=>              = ŷ − y                           ŷ(1 − ŷ) cancels
//=>   (9)  ∂L/∂W = ∂L/∂z · ∂z/∂W
//=>              = (ŷ − y) X   by (8), (7)
//=>
//=> Closed form
//=>        ∂L/∂W = (ŷ − y) X
//=>        ✓ the library’s gradient, within 2 ulp
