/**
 * 1. The gradient of a formula: write the loss of logistic regression as the textbook does, ask for its gradient, and
 * find what the chain rule gives by hand — factor by factor, and as a whole.
 */
import { grad, hessian, type Tensor, tensor, vjp } from "@chainrule/core";

const x = tensor([1, 0.5, -2]); // the leading 1 carries the bias w₀
const y = 1;
const w = tensor([0.1, -0.4, 0.25]);

// z = Wᵀx,  ŷ = σ(z),  L = −[y ln ŷ + (1−y) ln(1−ŷ)]
const logit = (w: Tensor) => w.matmul(x);
const predict = (z: Tensor) => z.sigmoid();
function cross(ŷ: Tensor) {
  const ifTrue = ŷ.log().mul(y);
  const ifFalse = ŷ
    .neg()
    .add(1)
    .log()
    .mul(1 - y);
  return ifTrue.add(ifFalse).neg();
}
const loss = (w: Tensor) => cross(predict(logit(w)));

console.log(loss(w)); //=> tensor(1.0375, shape [], float32)
console.log(grad(loss)(w)); //=> tensor([-0.6457, -0.3228,  1.2913], shape [3], float32)

// The chain rule, one factor at a time: `vjp` gives the value at a cut, and what carries a gradient back through it.
const one = tensor(1);
const [z, throughLogit] = vjp(logit, w);
const [ŷ, throughSigmoid] = vjp(predict, z);
const [, throughLoss] = vjp(cross, ŷ);
const [dLdŷ] = throughLoss(one);
const [dŷdz] = throughSigmoid(one);
const [dzdw] = throughLogit(one);
console.log(dLdŷ); //=> tensor(-2.8221, shape [], float32)
console.log(dŷdz); //=> tensor(0.2288, shape [], float32)
console.log(dzdw); //=> tensor([ 1.0,  0.5, -2.0], shape [3], float32)
console.log(dzdw.mul(dŷdz).mul(dLdŷ)); //=> tensor([-0.6457, -0.3228,  1.2913], shape [3], float32)

// By hand the product is ∂L/∂W = (ŷ−y)x.
console.log(x.mul(ŷ.sub(y))); //=> tensor([-0.6457, -0.3228,  1.2913], shape [3], float32)

// A gradient is a function like any other, so it has derivatives: ∂²L/∂W² = ŷ(1−ŷ)xxᵀ.
console.log(hessian(loss)(w));
//=> tensor([[ 0.2288,  0.1144, -0.4576],
//=>         [ 0.1144,  0.0572, -0.2288],
//=>         [-0.4576, -0.2288,  0.9151]], shape [3, 3], float32)
