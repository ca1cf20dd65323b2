/**
 * 2. Logistic regression on Breast Cancer Wisconsin — and at every epoch the gradient that the library finds is held
 * against the one derived by hand, ∂L/∂W = Xᵀ(ŷ−y)/N.
 */
import { type Tensor, tensor, zerosLike } from "@chainrule/core";
import { bceWithLogits, Linear } from "@chainrule/nn";
import { SGD } from "@chainrule/optim";
import { plot } from "asciichart";
import { SingleBar } from "cli-progress";
import { pick, readDataset, readReference, type Split, standardiser } from "./data.ts";

interface Reference {
  readonly split: Split;
  readonly gradientDescent: {
    readonly trace: readonly { step: number; testLoss: number; testAccuracy: number }[];
    readonly after1000: { readonly coef: readonly number[]; readonly intercept: number };
  };
}

const data = readDataset("breast_cancer");
const { split, gradientDescent: reference } = readReference<Reference>("breast_cancer_logreg_reference");
const standardise = standardiser(pick(data, split.train));
const [train, test] = [split.train, split.test].map((rows) => {
  const { x, y } = standardise(pick(data, rows));
  return { x: tensor(x), y: tensor(y).reshape([-1, 1]) };
}) as [{ x: Tensor; y: Tensor }, { x: Tensor; y: Tensor }];
const [N, d] = train.x.shape as [number, number];
console.log(`${N} training rows, ${test.x.shape[0]} test rows, ${d} features`);

const model = new Linear(d, 1);
for (const p of model.parameters()) p.assign(zerosLike(p)); // the reference starts from zeros, too
const optimizer = new SGD(model.parameters(), { lr: 0.1 });

/** One tensor for each parameter as one list: w₁ … w_d, b. */
const listed = (tensors: readonly Tensor[]) => tensors.flatMap((t) => [...t.data()]);

const [X, y] = [train.x.data(), train.y.data()];

/**
 * The gradient by hand, in double precision from the same float32 features and weights, and how far float32 may be
 * from it. With u = 2⁻²⁴, the error of one rounding:
 *  - z = Σ wₖxₖ + b has d + 1 terms, each rounded at most d + 1 times: |δz| ≤ (d+1)u·(Σ|wₖxₖ| + |b|). As |d ln σ/dz| ≤ 1,
 *    ŷ−y, which is σ(z) or −σ(−z), is off by this much relative to itself.
 *  - σ itself (4u), the factor 1/N, the products, and the sum over N rows in any order add at most (N + 8)u.
 * Together |δgⱼ| ≤ u/N · Σᵢ |(ŷᵢ−yᵢ)xᵢⱼ|·(N + 8 + (d+1)(Σ|wₖxᵢₖ| + |b|)).
 */
function byHand(w: readonly number[]) {
  const u = 2 ** -24;
  const found = w.map(() => ({ gradient: 0, bound: 0 }));
  for (let i = 0; i < N; i++) {
    const row = w.map((_, j) => (j < d ? (X[i * d + j] as number) : 1));
    const terms = row.map((x, j) => x * (w[j] as number));
    const z = terms.reduce((a, b) => a + b);
    const size = terms.reduce((a, b) => a + Math.abs(b), 0);
    const residual = 1 / (1 + Math.exp(-z)) - (y[i] as number);
    for (const [j, g] of found.entries()) {
      const term = (residual * (row[j] as number)) / N;
      g.gradient += term;
      g.bound += u * Math.abs(term) * (N + 8 + (d + 1) * size);
    }
  }
  return found;
}

const epochs = 1000;
const losses: number[] = [];
let largest = { difference: 0, bound: 0 };
let share = 0;
const bar = new SingleBar({ format: "{bar} epoch {value}/{total}, loss {loss}", clearOnComplete: true });
bar.start(epochs, 0, { loss: "–" });
for (let epoch = 1; epoch <= epochs; epoch++) {
  const hand = byHand(listed(model.parameters()));
  const loss = bceWithLogits(model.forward(train.x), train.y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  losses.push(loss.item());
  for (const [j, g] of listed(model.parameters().map((p) => p.grad as Tensor)).entries()) {
    const { gradient, bound } = hand[j] as (typeof hand)[number];
    const difference = Math.abs(g - gradient);
    if (difference > largest.difference) largest = { difference, bound };
    share = Math.max(share, difference / bound);
  }
  bar.update(epoch, { loss: loss.item().toFixed(4) });
}
bar.stop();

const sampled = Array.from({ length: 61 }, (_, i) => losses[Math.round(epochs ** (i / 60)) - 1] as number);
console.log("\ntraining loss at epochs 1 … 1000, on a logarithmic axis");
console.log(plot(sampled, { height: 8, format: (x) => x.toFixed(2).padStart(6) }));

const logits = model.forward(test.x).detach();
const predicted = logits.gt(0).to("float32");
const accuracy = predicted.eq(test.y).to("float32").mean().item();
const logLoss = bceWithLogits(logits, test.y).item();
const count = (label: number, prediction: number) =>
  test.y.eq(label).logicalAnd(predicted.eq(prediction)).to("int32").sum().item();
console.log(`
test accuracy ${accuracy.toFixed(4)}, log-loss ${logLoss.toFixed(6)}

             predicted  malignant  benign
true malignant ${String(count(0, 0)).padStart(19)} ${String(count(0, 1)).padStart(7)}
true benign    ${String(count(1, 0)).padStart(19)} ${String(count(1, 1)).padStart(7)}
`);

const theirs = [...reference.after1000.coef, reference.after1000.intercept];
const off = Math.max(...listed(model.parameters()).map((w, j) => Math.abs(w - (theirs[j] as number))));
const last = reference.trace.find(({ step }) => step === epochs);
console.log(
  `reference in double precision: test accuracy ${last?.testAccuracy.toFixed(4)}, log-loss ${last?.testLoss.toFixed(6)}`,
);
console.log(
  `largest difference of a weight from the reference's after ${epochs} steps: ${off.toExponential(1)}`,
);

console.log(`gradient against (ŷ−y)X by hand, ${epochs} epochs × ${d + 1} parameters:`);
console.log(
  `largest difference ${largest.difference.toExponential(1)} where float32 allows ${largest.bound.toExponential(1)}; ` +
    `at most ${(100 * share).toFixed(1)} % of a bound used`,
);
if (!(share <= 1)) {
  console.error("The gradient is further from the hand-derived one than float32 explains.");
  process.exitCode = 1;
}

//=> 426 training rows, 143 test rows, 30 features
//=>
//=> training loss at epochs 1 … 1000, on a logarithmic axis
//=>   0.69 ┼───╮
//=>   0.61 ┤   │
//=>   0.53 ┤   │
//=>   0.45 ┤   ╰───╮
//=>   0.37 ┤       ╰─────╮
//=>   0.29 ┤             ╰───╮
//=>   0.21 ┤                 ╰─────╮
//=>   0.13 ┤                       ╰──────────╮
//=>   0.05 ┤                                  ╰─────────────────────────
//=>
//=> test accuracy 0.9650, log-loss 0.090248
//=>
//=>              predicted  malignant  benign
//=> true malignant                  51       2
//=> true benign                      3      87
//=>
//=> reference in double precision: test accuracy 0.9650, log-loss 0.090248
//=> largest difference of a weight from the reference's after 1000 steps: 1.1e-6
//=> gradient against (ŷ−y)X by hand, 1000 epochs × 31 parameters:
//=> largest difference 1.7e-7 where float32 allows 1.0e-5; at most 1.7 % of a bound used
