import { checkArguments, type Signature } from "../arguments.ts";
import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { evaluate, Tensor } from "../tensor/tensor.ts";
import { valueAndGrad } from "../transform/grad.ts";
import { arbitrate } from "./arbitrate.ts";
import { describeError, formatIndex, isClose, type Tolerance } from "./close.ts";

/** A gradient derived by hand: ∂f/∂xᵢ for each argument, or null to skip it; a single tensor is ∂f/∂x₀. */
export type HandGradient<A extends readonly Tensor[]> = (...args: A) => Tensor | readonly (Tensor | null)[];

/** The value of a function, and how its gradient differs from one derived by hand; "" where it does not. */
export interface HandComparison {
  readonly value: Tensor;
  readonly complaint: string;
}

const inFull: Tolerance = { atol: 1e-12, rtol: 1e-12 };
const inSingle: Tolerance = { atol: 1e-5, rtol: 1e-5 };

const isListOfGradients = (x: unknown): x is readonly (Tensor | null)[] =>
  Array.isArray(x) && x.every((g) => g === null || g instanceof Tensor);

/** The gradients that a function stated, one for each argument. @throws if they are none */
function statedGradients(op: string, stated: unknown, inputs: readonly Tensor[]): readonly (Tensor | null)[] {
  const gradients = stated instanceof Tensor ? [stated] : stated;
  if (!isListOfGradients(gradients) || gradients.length > inputs.length)
    return fail(
      "gradient",
      op,
      `the function of the gradient by hand must return a tensor, or a list of at most ${inputs.length} tensors and nulls, one for each argument`,
    );
  if (!gradients.some((g, i) => g && isFloat(inputs[i]!.dtype)))
    fail("gradient", op, "there is no gradient by hand of a float argument, so nothing would be compared");
  return gradients;
}

/** Compares the gradient that the library finds for f with one derived by hand. */
export function compareWithHand<A extends readonly Tensor[]>(
  op: string,
  f: (...args: A) => Tensor,
  byHand: HandGradient<A>,
  inputs: A,
  tolerance: Tolerance = {},
): HandComparison {
  // `map` and `argnums` lose the type of the tuple A.
  const args = inputs.map((x) => x.detach()) as readonly Tensor[] as A;
  const gradients = statedGradients(op, byHand(...args), args);
  const argnums = args.flatMap((x, i) => (gradients[i] && isFloat(x.dtype) ? [i] : []));
  const [value, found] = valueAndGrad(f, { argnums })(...args) as [Tensor, readonly Tensor[]];
  evaluate(value, ...found, ...argnums.map((i) => gradients[i]!));
  for (const [k, i] of argnums.entries()) {
    const [mine, theirs] = [found[k]!, gradients[i]!];
    if (!sameShape(mine.shape, theirs.shape))
      fail(
        "shape",
        op,
        `argument ${i} is ${formatShape(mine.shape)}, and its gradient by hand ${formatShape(theirs.shape)}`,
      );
    const dtype = mine.dtype === "float64" && theirs.dtype === "float64" ? "float64" : "float32";
    const allowed = { ...(dtype === "float64" ? inFull : inSingle), ...tolerance };
    const [a, e] = [mine.data(), theirs.data()];
    const j = a.findIndex((x, at) => !isClose(x, e[at]!, allowed, dtype));
    if (j < 0) continue;
    const complaint = [
      `∂f/∂x${i}${formatIndex(j, mine.shape)} is ${a[j]} by the library and ${e[j]} by hand, ${describeError(a[j]!, e[j]!, dtype, allowed)}`,
      ...arbitrate(op, f, args, { argument: i, element: j, library: a[j]!, hand: e[j]! }),
    ].join("\n");
    return { value, complaint };
  }
  return { value, complaint: "" };
}

export const handArguments: Signature = {
  f: "function",
  byHand: "function",
  inputs: "tensors",
  tolerance: { atol: "number", rtol: "number", ulp: "number" },
};

/**
 * Compares the gradient that the library finds for f with one derived by hand.
 *
 * @param f the function; it returns one float number
 * @param byHand returns ∂f/∂xᵢ for each argument, or null to skip it; a single tensor is ∂f/∂x₀
 * @param inputs the arguments
 * @param tolerance `atol`, `rtol` and `ulp` of |actual − expected| ≤ atol + rtol·|expected| + ulp·(unit in the last place);
 * `atol` and `rtol` are 1e-12 in float64 by default, else 1e-5
 * @returns the value of f
 * @throws at the first element that differs, naming it, both numbers, the error and which of them differences confirm; if a
 * shape differs, or there is nothing to compare
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
  checkArguments("compareGradients", handArguments, arguments);
  const { value, complaint } = compareWithHand("oracle", f, byHand, inputs, tolerance);
  if (complaint) fail("gradient", "oracle", complaint);
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
