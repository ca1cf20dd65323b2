/**
 * 7. A loss of your own, guarded by its derivation: log-cosh, L = mean ln cosh(r) with r = wx + b − y, which is nearly
 * squared for small errors and absolute for large ones. Its gradient by hand is ∂L/∂w = mean tanh(r)·x,
 * ∂L/∂b = mean tanh(r), and `oracle` compares the two whenever it is called.
 */
import { evaluate, grad, type Tensor, tensor } from "@chainrule/core";
import { oracle } from "@chainrule/core/testing";

const x = tensor([-2, -1, 0, 1, 2, 3]);
const y = tensor([-3, -1, 1, 3, 50, 7]); // 2x + 1, with an outlier

const residual = (w: Tensor, b: Tensor) => x.mul(w).add(b).sub(y);

// ln cosh r = |r| + softplus(−2|r|) − ln 2, because cosh itself overflows.
function loss(w: Tensor, b: Tensor) {
  const size = residual(w, b).abs();
  return size.add(size.mul(-2).softplus()).sub(Math.LN2).mean();
}

const guarded = oracle(loss, (w, b) => {
  const slope = residual(w, b).tanh();
  return [slope.mul(x).mean(), slope.mean()];
});

let [w, b] = [tensor(0), tensor(0)];
const slopes = grad(loss, { argnums: [0, 1] });
for (let step = 0; step <= 300; step++) {
  if (step % 100 === 0) console.log(`step ${step}: loss ${guarded(w, b).item().toFixed(4)}`);
  const [dw, db] = slopes(w, b);
  [w, b] = [w.sub(dw.mul(0.1)), b.sub(db.mul(0.1))];
  evaluate(w, b); // nothing else reads them, and a hundred steps would become one long program
}
//=> step 0: loss 10.1833
//=> step 100: loss 7.3481
//=> step 200: loss 7.3481
//=> step 300: loss 7.3481
console.log(`y = ${w.item().toFixed(2)}x + ${b.item().toFixed(2)}`); //=> y = 2.13x + 1.19

// A slip in the derivation does not go unnoticed: here the factor x was forgotten.
const mistaken = oracle(loss, (w, b) => {
  const slope = residual(w, b).tanh();
  return [slope.mean(), slope.mean()];
});
try {
  mistaken(tensor(0), tensor(0));
} catch (error) {
  console.log((error as Error).message);
}
//=> oracle: ∂f/∂x0[] is -1.4577922821044922 by the library and -0.3333330452442169 by hand, an error of 1.12 or 3.77e+7 ulp (atol 0.00001, rtol 0.00001)
//=> It is -1.45779224 by central differences, so the gradient by hand is wrong
