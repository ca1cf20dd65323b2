/**
 * 5. Newton's method on the logistic loss, W ← W − H⁻¹∇L with the exact Hessian: a few steps to the last digit, in
 * double precision.
 */
import { cat, evaluate, grad, hessian, ones, type Tensor, tensor, zeros } from "@chainrule/core";
import { bceWithLogits } from "@chainrule/nn";
import { pick, readDataset, readReference, type Split, standardiser } from "./data.ts";

interface Reference {
  readonly split: Split;
  readonly models: readonly { id: string; featureIndices?: number[]; coef: number[]; intercept: number }[];
}

const data = readDataset("breast_cancer");
const { split, models } = readReference<Reference>("breast_cancer_logreg_reference");
// With all 30 features a plane separates the classes and the loss has no minimum; with these three it has one.
const reference = models.find(({ id }) => id === "unpenalised_3_features") as Reference["models"][number];
const columns = reference.featureIndices as number[];
const train = standardiser(pick(data, split.train))(pick(data, split.train));
console.log(columns.map((j) => data.features[j]).join(", ")); //=> mean_radius, mean_texture, mean_concavity

const rows = tensor(
  train.x.map((row) => columns.map((j) => row[j] as number)),
  { dtype: "float64" },
);
const x = cat([ones([train.x.length, 1], { dtype: "float64" }), rows], 1);
const y = tensor(train.y, { dtype: "float64" });
const loss = (w: Tensor) => bceWithLogits(x.matmul(w), y);

/** The solution of Ax = b by Gaussian elimination with pivoting. */
function solve(A: readonly (readonly number[])[], b: readonly number[]): number[] {
  const m = A.map((row, i) => [...row, b[i] as number]);
  m.forEach((_, k) => {
    const rest = m.slice(k).map((row) => Math.abs(row[k] as number));
    const pivot = k + rest.indexOf(Math.max(...rest));
    [m[k], m[pivot]] = [m[pivot] as number[], m[k] as number[]];
    const top = m[k] as number[];
    m.forEach((row, i) => {
      const factor = (row[k] as number) / (top[k] as number);
      if (i !== k)
        for (let j = k; j < row.length; j++) row[j] = (row[j] as number) - factor * (top[j] as number);
    });
  });
  return m.map((row, i) => (row.at(-1) as number) / (row[i] as number));
}

let w = zeros([x.shape[1] as number], { dtype: "float64" });
for (let step = 0; step <= 8; step++) {
  const [value, gradient, curvature] = [loss(w), grad(loss)(w), hessian(loss)(w)];
  evaluate(value, gradient, curvature);
  const steepest = gradient.abs().max().item();
  console.log(`step ${step}: loss ${value.item().toFixed(12)}, largest slope ${steepest.toExponential(1)}`);
  const move = solve(curvature.toArray() as number[][], gradient.toArray() as number[]);
  w = w.sub(tensor(move, { dtype: "float64" }));
}
//=> step 0: loss 0.693147180560, largest slope 3.6e-1
//=> step 1: loss 0.298734006070, largest slope 1.1e-1
//=> step 2: loss 0.201136982727, largest slope 4.2e-2
//=> step 3: loss 0.160097179432, largest slope 1.6e-2
//=> step 4: loss 0.145229430431, largest slope 5.3e-3
//=> step 5: loss 0.142072973790, largest slope 1.1e-3
//=> step 6: loss 0.141868467943, largest slope 7.6e-5
//=> step 7: loss 0.141867303446, largest slope 4.8e-7
//=> step 8: loss 0.141867303403, largest slope 1.8e-11

const theirs = [reference.intercept, ...reference.coef];
const off = (w.toArray() as number[]).map((v, j) => Math.abs(v - (theirs[j] as number)));
console.log(w); //=> tensor([ 0.5699, -4.0408, -1.3594, -2.9641], shape [4], float64)
console.log(`agrees with the reference to 1e-12: ${Math.max(...off) < 1e-12}`); //=> agrees with the reference to 1e-12: true
