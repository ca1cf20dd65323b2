import { isFloat } from "../../../dtype.ts";
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

/** A reduction whose result does not depend on the order. */
function unorderedAccumulator(context: ReduceContext): Accumulator {
  const { type, lanes } = context;
  const scalar = scalarAccumulator(context, type);
  const combineScalar = (push: () => void) => combineInto(context, scalar, type, 1, push);
  if (lanes === 1)
    return {
      scalar: combineScalar,
      vectors() {
        throw new Error("a scalar loop has no vectors");
      },
      finish: () => scalar,
    };
  const vector = vectorAccumulator(context, type, lanes);
  return {
    scalar: combineScalar,
    vectors(pushes) {
      for (const push of pushes) combineInto(context, vector, type, lanes, push);
    },
    finish() {
      horizontalReduce(context, scalar, type, vector, lanes);
      return scalar;
    },
  };
}

/** Emits the start of a reduction. */
export function openAccumulator(context: ReduceContext): Accumulator {
  const { reduce, type, lanes } = context;
  if (reduce.isArgReduction) return argExtremumAccumulator(context);
  if (!isFloat(type)) return unorderedAccumulator(context);
  if (reduce.op === "add" || reduce.op === "mul") return sumAccumulator(context, type);
  return lanes === 1 ? unorderedAccumulator(context) : extremumAccumulator(context, type, lanes);
}
