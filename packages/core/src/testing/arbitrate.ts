import { isFloat } from "../dtype.ts";
import { ChainruleError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { describeLimit } from "./describe-partials.ts";
import { deviation, type Limit, limitOf, quotientsAt } from "./differences.ts";
import { concatenated } from "./jacobians.ts";
import { linearize, raise } from "./linearization.ts";
import { describeSuspect, findSuspect } from "./suspect.ts";

/** An element of a gradient for which the library and a derivation disagree. */
export interface Dispute {
  readonly argument: number;
  readonly element: number;
  readonly library: number;
  readonly hand: number;
}

const step = 1e-5;
const tolerance = { atol: 1e-7, rtol: 1e-6 };

/**
 * Sentences that say which side of a dispute differences in float64 confirm and, if it is not the library, the op at fault.
 * None where f has no such differences, for example because it draws random numbers.
 */
export function arbitrate<A extends readonly Tensor[]>(
  op: string,
  f: (...args: A) => Tensor,
  args: A,
  { argument, element, library, hand }: Dispute,
): string[] {
  try {
    const raised = raise(op, f, args);
    const at = linearize(op, raised);
    const k = args.slice(0, argument).filter((x) => isFloat(x.dtype)).length;
    const x = at.inputs[k]!.tensor.data()[element]!;
    const y = concatenated(at.outputs.map((o) => o.tensor));
    const steps = [1, 1 / 8, 1 / 64].map((factor) =>
      quotientsAt(at, y, [k, element], step * factor * Math.max(1, Math.abs(x))),
    );
    const limit: Limit = limitOf(y[0]!, 0, steps, tolerance);
    if (limit.kind === "jump") return ["The function has a jump or an infinite slope there."];
    const isLibraryRight = deviation(limit, library) <= deviation(limit, hand);
    const verdict = `It is ${describeLimit(limit)}, so ${isLibraryRight ? "the gradient by hand" : "the library"} is wrong`;
    if (isLibraryRight) return [verdict];
    const mismatch = {
      output: "f",
      input: `x${argument}`,
      i: 0,
      k,
      j: element,
      mode: "reverse",
      actual: library,
      limit,
    } as const;
    const suspect = findSuspect(raised, mismatch, { eps: step, ...tolerance, modes: ["reverse"] });
    return suspect ? [verdict, describeSuspect(suspect)] : [verdict];
  } catch (error) {
    if (error instanceof ChainruleError) return [];
    throw error;
  }
}
