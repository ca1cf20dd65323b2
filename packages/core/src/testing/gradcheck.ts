import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { tensor, zerosLike } from "../tensor/create.ts";
import { evaluate, type Tensor } from "../tensor/tensor.ts";
import { vjp } from "../transform/grad.ts";
import { jvp } from "../transform/jvp.ts";
import { treeLeaves, treeMap } from "../transform/pytree.ts";
import { formatIndex, requireAgreement, type Tolerance } from "./close.ts";

export interface GradcheckOptions extends Tolerance {
  /** The step of the differences, relative to elements greater than 1. */
  readonly eps?: number;
  /** Which modes of differentiation to check. */
  readonly modes?: readonly ("reverse" | "forward")[];
}

/** A tensor of x's shape with one element moved. */
function perturbed(x: Tensor, at: number, by: number): Tensor {
  const elements = x.data();
  elements[at] = (elements[at] as number) + by;
  return tensor(elements, { shape: x.shape, dtype: x.dtype });
}

const unit = (x: Tensor, at: number): Tensor => perturbed(zerosLike(x), at, 1);

/**
 * Compares every partial derivative of f, by reverse and forward mode, with the central difference
 * (f(x + h) − f(x − h))/2h in float64. Arguments are tensors, or tensors in objects and arrays; those of a float dtype
 * are converted to float64 and differentiated by, the others are passed on. f returns a tensor of any shape.
 * It works out f twice per input element, so give it small inputs, away from kinks.
 * @throws ChainruleError at the first element that disagrees, naming it and both numbers.
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
    return f(...treeMap(inputs, (x) => (isFloat(x.dtype) ? (values[next++] as Tensor) : x)));
  };
  const [y, pull] = vjp(of, ...xs);
  if (y.dtype !== "float64")
    fail("dtype", "gradcheck", `f of float64 inputs is ${y.dtype}, too coarse for differences; keep float64`);
  const rows = modes.includes("reverse")
    ? Array.from({ length: y.size }, (_, i) => pull(unit(y, i)) as Tensor[])
    : [];
  evaluate(rows.flat());
  const reverse = rows.map((row) => row.map((g) => g.data()));

  for (const [k, x] of xs.entries()) {
    for (let j = 0; j < x.size; j++) {
      const h = eps * Math.max(1, Math.abs(x.data()[j] as number));
      const at = (by: number) => of(...xs.map((t, i) => (i === k ? perturbed(t, j, by) : t))).detach();
      const [above, below] = [at(h), at(-h)];
      evaluate(above, below);
      const [a, b] = [above.data(), below.data()];
      const truth = a.map((up, i) => (up - (b[i] as number)) / (2 * h));
      const compare = (mode: string, derivative: ArrayLike<number>) =>
        requireAgreement(
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
          reverse.map((row) => row[k]?.[j] as number),
        );
      if (modes.includes("forward")) {
        const tangents = xs.map((t, i) => (i === k ? unit(t, j) : zerosLike(t)));
        compare("forward", jvp(of, xs, tangents)[1].data());
      }
    }
  }
}
