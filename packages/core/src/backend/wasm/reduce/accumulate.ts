import { isFloat } from "../instructions/context.ts";
import {
  type Accumulator,
  combineInto,
  horizontalReduce,
  type ReduceContext,
  scalarAccumulator,
  vectorAccumulator,
} from "./accumulator.ts";
import { argExtremumAccumulator } from "./arg-extremum.ts";
import { extremumAccumulator } from "./extremum.ts";
import { sumAccumulator } from "./sum.ts";

/** A reduction that comes to the same in any order. */
function wholeOf(at: ReduceContext): Accumulator {
  const { type, lanes } = at;
  const single = scalarAccumulator(at, type);
  const vector = lanes === 1 ? undefined : vectorAccumulator(at, type, lanes);
  return {
    one: (push) => combineInto(at, single, type, 1, push),
    vectors(pushes) {
      for (const push of pushes) combineInto(at, vector as number, type, lanes, push);
    },
    finish() {
      if (lanes !== 1) horizontalReduce(at, single, type, vector as number, lanes);
      return single;
    },
  };
}

/** A result that has seen nothing yet. */
export function openAccumulator(at: ReduceContext): Accumulator {
  const { isArgReduction, op } = at.reduce;
  if (isArgReduction) return argExtremumAccumulator(at);
  if (isFloat(at.type) && (op === "add" || op === "mul")) return sumAccumulator(at);
  return isFloat(at.type) && at.lanes !== 1 ? extremumAccumulator(at, at.lanes) : wholeOf(at);
}
