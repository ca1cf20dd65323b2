/**
 * 6. An op of your own is one row: a formula over the scalar words, and its derivative. Broadcasting, dtypes, reverse
 * and forward mode, and derivatives of any order follow. The op here is squareplus, ½(x + √(x² + b)), an algebraic
 * stand-in for softplus [Barron 2021].
 */
import { elementwise, grad, jvp, scalar, type Tensor, tensor } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";

const { add, div, mul, sqrt } = scalar;
const root = (x: scalar.Expr, b: scalar.Expr) => sqrt(add(mul(x, x), b));

// y = ½(x + √(x² + b)),  ∂y/∂x = y/√(x² + b),  ∂y/∂b = ¼/√(x² + b)
const squareplus = elementwise("squareplus", {
  f: (x, b) => mul(0.5, add(x, root(x, b))),
  d: (y, x, b) => [div(y, root(x, b)), div(0.25, root(x, b))],
});

const x = tensor([-1.5, 0, 1.5]);
console.log(squareplus(x, 4)); //=> tensor([0.5, 1.0, 2.0], shape [3], float32)

// It broadcasts: three x against two b.
const b = tensor([[4], [0.25]]);
console.log(squareplus(x, b));
//=> tensor([[0.5000, 1.0000, 2.0000],
//=>         [0.0406, 0.2500, 1.5406]], shape [2, 3], float32)

// Reverse mode, forward mode, and the derivative of the derivative, ∂²y/∂x² = ½b/(x² + b)^{3/2}.
const total = (x: Tensor) => squareplus(x, 4).sum();
console.log(grad(total)(x)); //=> tensor([0.2, 0.5, 0.8], shape [3], float32)
const [, slope] = jvp((x: Tensor) => squareplus(x, 4), [x], [tensor([1, 1, 1])]);
console.log(slope); //=> tensor([0.2, 0.5, 0.8], shape [3], float32)
console.log(grad((x: Tensor) => grad(total)(x).sum())(x)); //=> tensor([0.128, 0.250, 0.128], shape [3], float32)

// The derivative was stated by hand, so let differences check it: this throws where the two disagree.
gradcheck(squareplus, [x, b]);
const wrong = elementwise("squareplus", {
  f: (x, b) => mul(0.5, add(x, root(x, b))),
  d: (y, x, b) => [div(y, root(x, b)), div(0.5, root(x, b))],
});
try {
  gradcheck(wrong, [x, b]);
} catch (error) {
  console.log((error as Error).message.replace(/, called at .*:\d+:\d+/, ""));
}
//=> gradcheck: ∂y[0, 0]/∂x1[0, 0] is 0.2 in reverse mode and 0.1 by central differences, an error of 0.100 or 7.21e+15 ulp (atol 1e-7, rtol 0.000001)
//=> 5 more of 30 partial derivatives differ
//=> The op at fault is likely squareplus: its own ∂y[0, 0]/∂x1[0, 0] is 0.2 in reverse mode and 0.1 by central differences
