import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { evaluate, type Tensor } from "../tensor/tensor.ts";
import { valueAndGrad } from "../transform/grad.ts";
import { formatIndex, requireAgreement, type Tolerance } from "./close.ts";

/** A gradient derived by hand: ∂f/∂xᵢ for each argument, null where there is none to compare; a bare tensor is ∂f/∂x₀. */
export type HandGradient<A extends readonly Tensor[]> = (...args: A) => Tensor | readonly (Tensor | null)[];

/**
 * Compares the gradient that the library finds for f, which returns one number, with one derived by hand.
 * The tolerance is 1e-5 in float32 and 1e-12 in float64 unless told. Returns f's value.
 * @throws ChainruleError at the first element that disagrees, naming it and both numbers, or where a shape differs.
 */
export function compareGradients<A extends readonly Tensor[]>(
  f: (...args: A) => Tensor,
  byHand: HandGradient<A>,
  inputs: A,
  tolerance: Tolerance = {},
): Tensor {
  const args = inputs.map((x) => x.detach()) as unknown as A;
  const stated = byHand(...args);
  const gradients = Array.isArray(stated) ? (stated as readonly (Tensor | null)[]) : [stated as Tensor];
  const argnums = args.flatMap((x, i) => (gradients[i] && isFloat(x.dtype) ? [i] : []));
  const [value, found] = valueAndGrad(f, { argnums })(...args) as unknown as [Tensor, Tensor[]];
  evaluate(value, ...found, ...argnums.map((i) => gradients[i] as Tensor));
  for (const [k, i] of argnums.entries()) {
    const [mine, theirs] = [found[k] as Tensor, gradients[i] as Tensor];
    if (!sameShape(mine.shape, theirs.shape))
      fail(
        "shape",
        "oracle",
        `argument ${i} is ${formatShape(mine.shape)}, and its gradient by hand ${formatShape(theirs.shape)}`,
      );
    const unit = mine.dtype === "float64" && theirs.dtype === "float64" ? 1e-12 : 1e-5;
    requireAgreement(
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
 * f guarded by its hand-derived gradient: a function that compares the two at each call and returns f's value.
 * `const check = oracle(loss, (z, y) => [z.sigmoid().sub(y), null]); check(z, y);`
 * @throws ChainruleError as `compareGradients`.
 */
export const oracle =
  <A extends readonly Tensor[]>(f: (...args: A) => Tensor, byHand: HandGradient<A>, tolerance?: Tolerance) =>
  (...inputs: A): Tensor =>
    compareGradients(f, byHand, inputs, tolerance);
