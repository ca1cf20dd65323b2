import type { FloatDType } from "../../../dtype.ts";
import { floatShapes, splatBytes, zeroBytes } from "../instructions/lanes.ts";
import {
  type Accumulator,
  combineInto,
  horizontalReduce,
  type ReduceContext,
  scalarAccumulator,
  vectorAccumulator,
  vectorLocal,
} from "./accumulator.ts";

/**
 * The maximum or minimum of floats. `pmax` and `pmin` drop NaN and do not order −0 below 0; two more vectors record NaN and
 * the AND (maximum) or OR (minimum) of the signs.
 */
export function extremumAccumulator(context: ReduceContext, type: FloatDType, lanes: 2 | 4): Accumulator {
  const { f, reduce } = context;
  const isMaximum = reduce.op === "maximum";
  const shape = floatShapes[type];
  const scalar = scalarAccumulator(context, type);
  const vector = vectorAccumulator(context, type, lanes);
  const nanMask = vectorLocal(f, zeroBytes);
  const signs = vectorLocal(f, new Uint8Array(16).fill(isMaximum ? 255 : 0));
  return {
    scalar: (push) => combineInto(context, scalar, type, 1, push),
    vectors(pushes) {
      for (const push of pushes) {
        const x = f.local("v128");
        push();
        f.set(x).get(vector).get(x);
        f.op(isMaximum ? `${shape}.pmax` : `${shape}.pmin`).set(vector);
        f.get(nanMask).get(x).get(x).op(`${shape}.ne`).op("v128.or").set(nanMask);
        f.get(signs)
          .get(x)
          .op(isMaximum ? "v128.and" : "v128.or")
          .set(signs);
      }
    },
    finish() {
      const zero = splatBytes(0, type, lanes);
      // Adding 0 turns −0 into 0; where the result is a zero, its sign is set again.
      f.get(vector).v128(zero).op(`${shape}.add`);
      f.get(vector).v128(zero).op(`${shape}.eq`).get(signs).op("v128.and");
      f.v128(splatBytes(-0, type, lanes))
        .op("v128.and")
        .op("v128.or");
      f.get(nanMask).op("v128.or").set(vector);
      horizontalReduce(context, scalar, type, vector, lanes);
      return scalar;
    },
  };
}
