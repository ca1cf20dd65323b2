import { checkArguments } from "../arguments.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { vjp } from "../transform/grad.ts";
import { checkDerivatives, type GradcheckOptions, gradcheckArguments, requireRight } from "./gradcheck.ts";
import type { GradcheckReport } from "./gradcheck-report.ts";
import { type Checked, type RaisedFunction, raise } from "./linearization.ts";

/** Cotangents for outputs: numbers between 1/2 and 3/2, no two alike. */
const cotangentsFor = (ys: readonly Tensor[]): Tensor[] =>
  ys.map((y, k) =>
    tensor(
      Array.from({ length: y.size }, (_, i) => 0.5 + ((0.618_034 * (i + 1) + 0.414_214 * k) % 1)),
      { shape: y.shape, dtype: y.dtype },
    ),
  );

/** The cotangents of the inputs of f as a function of those inputs and of the cotangents of its outputs. */
export function pullbackOf({ f, xs }: RaisedFunction): RaisedFunction {
  const ȳ = cotangentsFor(f(...xs));
  const numbered = (letter: string, of: readonly Tensor[]) => of.map((_, i) => `${letter}${i}`);
  return {
    names: { inputs: [...numbered("x", xs), ...numbered("ȳ", ȳ)], outputs: numbered("x̄", xs) },
    xs: [...xs, ...ȳ],
    f: (...values) => vjp(f, ...values.slice(0, xs.length))[1](values.slice(xs.length)) as Tensor[],
  };
}

/** The tolerances of second derivatives. */
const defaults = { atol: 1e-6, rtol: 1e-5 };

/** The second derivatives of a function compared with differences. */
export const checkSecondDerivatives = (
  name: string,
  f: RaisedFunction,
  options: GradcheckOptions,
): GradcheckReport => checkDerivatives(name, pullbackOf(f), { ...defaults, ...options });

/**
 * Compares the second derivatives of f, reverse and forward over reverse, with differences of its gradient: `gradcheck` of
 * the cotangents x̄ of the inputs as a function of the inputs and of the cotangents ȳ of the outputs.
 *
 * @param f the function; it returns a tensor of any shape, or tensors in arrays and objects
 * @param inputs its arguments, as those of `gradcheck`
 * @param options as those of `gradcheck`, with `atol` 1e-6 and `rtol` 1e-5 by default
 * @returns a report, as `gradcheck` does
 * @throws as `gradcheck`
 *
 * @example
 * console.log(gradgradcheck((x: Tensor) => x.exp(), [tensor([0, 1])])); //=> 8 partial derivatives are right
 */
export function gradgradcheck<A extends readonly unknown[]>(
  f: Checked<A>,
  inputs: A,
  options: GradcheckOptions = {},
): GradcheckReport {
  checkArguments("gradgradcheck", gradcheckArguments, arguments);
  return requireRight(checkSecondDerivatives("gradgradcheck", raise("gradgradcheck", f, inputs), options));
}
