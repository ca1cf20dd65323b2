import { checkArguments, type Signature } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Tolerance } from "./close.ts";
import { GradcheckReport } from "./gradcheck-report.ts";
import type { Mode } from "./jacobians.ts";
import { type Checked, linearize, type RaisedFunction, raise } from "./linearization.ts";
import { comparePartials } from "./partials.ts";
import { findSuspect } from "./suspect.ts";

/** Options of `gradcheck` and `gradgradcheck`. */
export interface GradcheckOptions extends Pick<Tolerance, "atol" | "rtol"> {
  /** The step h of the differences, relative to elements beyond ±1 (1e-5). */
  readonly eps?: number;
  /** The modes of differentiation to check (both). */
  readonly modes?: readonly Mode[];
}

export const gradcheckArguments: Signature = {
  f: "function",
  inputs: "list",
  options: { eps: "number", atol: "number", rtol: "number", modes: "list" },
};

/** The derivatives of a function compared with differences, and the op at fault if one is wrong. */
export function checkDerivatives(
  name: string,
  f: RaisedFunction,
  { eps = 1e-5, atol = 1e-7, rtol = 1e-6, modes = ["reverse", "forward"] }: GradcheckOptions,
): GradcheckReport {
  const options = { eps, atol, rtol, modes };
  const { mismatches, kinks, checked } = comparePartials(linearize(name, f), options);
  const suspect = mismatches[0] && findSuspect(f, mismatches[0], options);
  return new GradcheckReport(name, checked, mismatches, kinks, suspect, { atol, rtol });
}

/** The report, if all derivatives are right. @throws otherwise */
export function requireRight(report: GradcheckReport): GradcheckReport {
  if (!report.ok) fail("gradient", report.name, report.complaint);
  return report;
}

/**
 * Compares every partial derivative of f, by reverse and forward mode, with the central difference
 * (f(x + h) − f(x − h))/2h in float64. Where one-sided differences disagree, as those of relu at 0, f has a kink: any
 * derivative between the two slopes is right there, and the report lists the point. This computes f twice for each element,
 * so the inputs should be small.
 *
 * @param f the function; it returns a tensor of any shape, or tensors in arrays and objects
 * @param inputs its arguments: tensors, or tensors in objects and arrays. Those of a float dtype are converted to float64,
 * and f is differentiated by them; the others are passed on
 * @param options the step `eps` (1e-5), `atol` (1e-7) and `rtol` (1e-6) of |actual − expected| ≤ atol + rtol·|expected|, and
 * `modes`, by default `["reverse", "forward"]`
 * @returns a report, which prints the number of derivatives that were compared and the kinks
 * @throws if a derivative is wrong, naming input, index, both values, the error and the op whose own partial derivative is
 * wrong; if no input is a float tensor, f returns no float tensor, something is not finite, or f returns different
 * elements when it is called again
 *
 * @example
 * gradcheck((x: Tensor) => x.sin().mul(x), [tensor([0.5, 2])]);
 * console.log(gradcheck((x: Tensor) => x.relu(), [tensor([0, 2])]));
 * //=> 4 partial derivatives are right
 * //=> ∂y[0]/∂x0[0] has a kink: 0 from the left, 1 from the right
 */
export function gradcheck<A extends readonly unknown[]>(
  f: Checked<A>,
  inputs: A,
  options: GradcheckOptions = {},
): GradcheckReport {
  checkArguments("gradcheck", gradcheckArguments, arguments);
  return requireRight(checkDerivatives("gradcheck", raise("gradcheck", f, inputs), options));
}
