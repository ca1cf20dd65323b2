import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { tensor, zerosLike } from "../tensor/create.ts";
import { evaluate, type Tensor } from "../tensor/tensor.ts";
import { vjp } from "../transform/grad.ts";
import { jvp } from "../transform/jvp.ts";
import { treeLeaves, treeMap } from "../transform/pytree.ts";
import { formatIndex, requireClose, type Tolerance } from "./close.ts";

/** Options of `gradcheck`. */
export interface GradcheckOptions extends Tolerance {
  /** The step h of the differences, relative to elements beyond ±1 (1e-5). */
  readonly eps?: number;
  /** The modes of differentiation to check (both). */
  readonly modes?: readonly ("reverse" | "forward")[];
}

/** x with `by` added to one element. */
function perturbed(x: Tensor, at: number, by: number): Tensor {
  const elements = x.data();
  elements[at]! += by;
  return tensor(elements, { shape: x.shape, dtype: x.dtype });
}

const unit = (x: Tensor, at: number): Tensor => perturbed(zerosLike(x), at, 1);

/**
 * Compares every partial derivative of f, by reverse and forward mode, with the central difference
 * (f(x + h) − f(x − h))/2h in float64. This computes f twice for each element, so the inputs should be small, and away
 * from points without a derivative.
 *
 * @param f the function; it returns a tensor of any shape
 * @param inputs its arguments: tensors, or tensors in objects and arrays. Those of a float dtype are converted to float64,
 * and f is differentiated by them; the others are passed on
 * @param options the step `eps` (1e-5), `atol` (1e-7) and `rtol` (1e-6) of |actual − expected| ≤ atol + rtol·|expected|, and
 * `modes`, by default `["reverse", "forward"]`
 * @throws at the first element that differs, naming it and both numbers
 *
 * @example
 * gradcheck((x: Tensor) => x.sin().mul(x), [tensor([0.5, 2])]);
 * console.log("the gradient is right"); //=> the gradient is right
 */
export function gradcheck<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
  inputs: A,
  { eps = 1e-5, atol = 1e-7, rtol = 1e-6, modes = ["reverse", "forward"] }: GradcheckOptions = {},
): void {
  const floats = treeLeaves(inputs).filter((x) => isFloat(x.dtype));
  const xs = floats.map((x) => x.detach().to("float64"));
  const of = (...values: Tensor[]): Tensor => {
    let next = 0;
    return f(...treeMap(inputs, (x) => (isFloat(x.dtype) ? values[next++]! : x)));
  };
  const [y, pull] = vjp(of, ...xs);
  if (y.dtype !== "float64")
    fail("dtype", "gradcheck", `f of float64 inputs is ${y.dtype}, too coarse for differences; keep float64`);
  const rows = modes.includes("reverse")
    ? Array.from({ length: y.size }, (_, i) => pull(unit(y, i)) as Tensor[])
    : [];
  // Row by row, since the graphs are equal and share one program.
  const reverse = rows.map((row) => {
    evaluate(row);
    return row.map((g) => g.data());
  });

  for (const [k, x] of xs.entries()) {
    for (let j = 0; j < x.size; j++) {
      const h = eps * Math.max(1, Math.abs(x.data()[j]!));
      const at = (by: number) => of(...xs.map((t, i) => (i === k ? perturbed(t, j, by) : t))).detach();
      const [above, below] = [at(h), at(-h)];
      evaluate(above, below);
      const [a, b] = [above.data(), below.data()];
      const truth = a.map((up, i) => (up - b[i]!) / (2 * h));
      const compare = (mode: string, derivative: ArrayLike<number>) =>
        requireClose(
          "gradcheck",
          derivative,
          truth,
          { atol, rtol },
          (i, mine, theirs) =>
            `∂y${formatIndex(i, y.shape)}/∂x${k}${formatIndex(j, x.shape)} is ${mine} in ${mode} mode and ${theirs} by central differences`,
        );
      if (modes.includes("reverse"))
        compare(
          "reverse",
          reverse.map((row) => row[k]![j]!),
        );
      if (modes.includes("forward")) {
        const tangents = xs.map((t, i) => (i === k ? unit(t, j) : zerosLike(t)));
        compare("forward", jvp(of, xs, tangents)[1].data());
      }
    }
  }
}
