import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { evaluate, type Tensor } from "../tensor/tensor.ts";
import { valueAndGrad } from "../transform/grad.ts";
import { formatIndex, requireClose, type Tolerance } from "./close.ts";

/** A gradient derived by hand: ∂f/∂xᵢ for each argument, or null to skip it; a single tensor is ∂f/∂x₀. */
export type HandGradient<A extends readonly Tensor[]> = (...args: A) => Tensor | readonly (Tensor | null)[];

/**
 * Compares the gradient that the library finds for f with one derived by hand.
 *
 * @param f the function; it returns one float number
 * @param byHand returns ∂f/∂xᵢ for each argument, or null to skip it; a single tensor is ∂f/∂x₀
 * @param inputs the arguments
 * @param tolerance `atol` and `rtol` of |actual − expected| ≤ atol + rtol·|expected| (both 1e-12 in float64, else 1e-5)
 * @returns the value of f
 * @throws at the first element that differs, naming it and both numbers, or if a shape differs
 *
 * @example
 * const value = compareGradients((x: Tensor) => x.square().sum(), (x) => x.mul(2), [tensor([1, 2])]);
 * console.log(value.item()); //=> 5
 */
export function compareGradients<A extends readonly Tensor[]>(
  f: (...args: A) => Tensor,
  byHand: HandGradient<A>,
  inputs: A,
  tolerance: Tolerance = {},
): Tensor {
  // `map` and `argnums` lose the type of the tuple A.
  const args = inputs.map((x) => x.detach()) as readonly Tensor[] as A;
  const stated = byHand(...args);
  const gradients = Array.isArray(stated) ? (stated as readonly (Tensor | null)[]) : [stated as Tensor];
  const argnums = args.flatMap((x, i) => (gradients[i] && isFloat(x.dtype) ? [i] : []));
  const [value, found] = valueAndGrad(f, { argnums })(...args) as [Tensor, readonly Tensor[]];
  evaluate(value, ...found, ...argnums.map((i) => gradients[i]!));
  for (const [k, i] of argnums.entries()) {
    const [mine, theirs] = [found[k]!, gradients[i]!];
    if (!sameShape(mine.shape, theirs.shape))
      fail(
        "shape",
        "oracle",
        `argument ${i} is ${formatShape(mine.shape)}, and its gradient by hand ${formatShape(theirs.shape)}`,
      );
    const unit = mine.dtype === "float64" && theirs.dtype === "float64" ? 1e-12 : 1e-5;
    requireClose(
      "oracle",
      mine.data(),
      theirs.data(),
      { atol: unit, rtol: unit, ...tolerance },
      (j, a, e) => `∂f/∂x${i}${formatIndex(j, mine.shape)} is ${a} by the library and ${e} by hand`,
    );
  }
  return value;
}

/**
 * f as a function that compares its gradient at each call with one derived by hand: see `compareGradients`.
 *
 * @returns a function of the same arguments that returns the value of f
 * @throws as `compareGradients`
 *
 * @example
 * const bce = oracle(
 *   (z: Tensor, y: Tensor) => z.softplus().sub(z.mul(y)).sum(),
 *   (z, y) => [z.sigmoid().sub(y), null],
 * );
 * console.log(bce(tensor([0]), tensor([1])).item().toFixed(3)); //=> 0.693
 */
export const oracle =
  <A extends readonly Tensor[]>(f: (...args: A) => Tensor, byHand: HandGradient<A>, tolerance?: Tolerance) =>
  (...inputs: A): Tensor =>
    compareGradients(f, byHand, inputs, tolerance);
