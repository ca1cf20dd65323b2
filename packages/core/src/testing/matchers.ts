import { checkArguments, type Signature } from "../arguments.ts";
import { tensor } from "../tensor/create.ts";
import type { TensorData } from "../tensor/nested.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Tolerance } from "./close.ts";
import { differenceOf } from "./compare-tensors.ts";
import { checkDerivatives, type GradcheckOptions, gradcheckArguments } from "./gradcheck.ts";
import { checkSecondDerivatives } from "./gradgradcheck.ts";
import { type Checked, raise } from "./linearization.ts";
import { compareWithHand, type HandGradient, handArguments } from "./oracle.ts";

/** The verdict of a matcher, as Vitest and Jest take it. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Passes without a complaint; `unexpected` is the message where `.not` expected one. */
const verdict = (complaint: string, unexpected: string): MatcherResult => ({
  pass: complaint === "",
  message: () => complaint || unexpected,
});

const closeArguments: Signature = {
  received: "tensor",
  expected: "any",
  tolerance: { atol: "number", rtol: "number", ulp: "number" },
};

/**
 * Matchers for Vitest and Jest, for `expect.extend(matchers)`. The entries `@chainrule/core/testing/vitest`, `…/jest` (for
 * `@types/jest`) and `…/expect` (for `@jest/globals`) declare their types.
 *
 * @example
 * const { pass, message } = matchers.toBeCloseToTensor(tensor([1, 2]), [1, 3]);
 * console.log(pass, message());
 * //=> false the tensor is 2 at [1] and expected to be 3, an error of 1.00 or 4.19e+6 ulp (atol 0.00001, rtol 0.0000013)
 */
export const matchers = {
  /** See `TensorMatchers`. */
  toBeCloseToTensor(
    received: unknown,
    expected: Tensor | TensorData,
    tolerance: Tolerance = {},
  ): MatcherResult {
    checkArguments("toBeCloseToTensor", closeArguments, [received, expected, tolerance]);
    const actual = received as Tensor;
    const truth = expected instanceof Tensor ? expected : tensor(expected, { dtype: actual.dtype });
    return verdict(
      differenceOf(actual, truth, tolerance),
      "the tensors are close, and were expected to differ",
    );
  },

  /** See `TensorMatchers`. */
  toHaveGradient<A extends readonly Tensor[]>(
    received: unknown,
    byHand: HandGradient<A>,
    inputs: A,
    tolerance: Tolerance = {},
  ): MatcherResult {
    checkArguments("toHaveGradient", handArguments, [received, byHand, inputs, tolerance]);
    const { complaint } = compareWithHand(
      "toHaveGradient",
      received as (...args: A) => Tensor,
      byHand,
      inputs,
      tolerance,
    );
    return verdict(complaint, "the gradient is the one derived by hand, and was expected to differ");
  },

  /** See `TensorMatchers`. */
  toPassGradcheck<A extends readonly unknown[]>(
    received: unknown,
    inputs: A,
    options: GradcheckOptions = {},
  ): MatcherResult {
    checkArguments("toPassGradcheck", gradcheckArguments, [received, inputs, options]);
    const f = raise("toPassGradcheck", received as Checked<A>, inputs);
    const report = checkDerivatives("toPassGradcheck", f, options);
    return verdict(report.complaint, `${report}\nThe check was expected to fail`);
  },

  /** See `TensorMatchers`. */
  toPassGradgradcheck<A extends readonly unknown[]>(
    received: unknown,
    inputs: A,
    options: GradcheckOptions = {},
  ): MatcherResult {
    checkArguments("toPassGradgradcheck", gradcheckArguments, [received, inputs, options]);
    const f = raise("toPassGradgradcheck", received as Checked<A>, inputs);
    const report = checkSecondDerivatives("toPassGradgradcheck", f, options);
    return verdict(report.complaint, `${report}\nThe check was expected to fail`);
  },
};

/** The matchers as they are called on what `expect` returns, `R`. */
export interface TensorMatchers<R = unknown> {
  /**
   * Expects a tensor of the same shape and dtype, and |received − expected| ≤ atol + rtol·|expected| + ulp·(unit in the last
   * place of expected) for every element. NaN is close to NaN.
   *
   * @param expected a tensor, or numbers in nested lists, which take the dtype of the received tensor
   * @param tolerance without any `atol` 1e-5 and `rtol` 1.3e-6 in float32, both 1e-7 in float64, 0 for integers (PyTorch's
   * `assert_close`); those that are left out are 0
   */
  toBeCloseToTensor(expected: Tensor | TensorData, tolerance?: Tolerance): R;
  /**
   * Expects the gradient of the received function, which returns one number, to be the one derived by hand: see
   * `compareGradients`.
   */
  toHaveGradient<A extends readonly Tensor[]>(byHand: HandGradient<A>, inputs: A, tolerance?: Tolerance): R;
  /** Expects the derivatives of the received function to be those that differences give: see `gradcheck`. */
  toPassGradcheck(inputs: readonly unknown[], options?: GradcheckOptions): R;
  /** Expects the second derivatives of the received function to be those that differences give: see `gradgradcheck`. */
  toPassGradgradcheck(inputs: readonly unknown[], options?: GradcheckOptions): R;
}
