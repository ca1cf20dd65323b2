import { isFloat } from "../../../dtype.ts";
import { valTypes } from "../instructions/lanes.ts";
import { type Accumulator, type ReduceContext, scalarAccumulator } from "./accumulator.ts";

/** The index of the first extremum, or of the first NaN. */
export function argExtremumAccumulator(context: ReduceContext): Accumulator {
  const { f, type, reduce, scratch } = context;
  const best = scalarAccumulator(context, type);
  const [bestIndex, index] = [f.local("i32"), f.local("i32")];
  const better = reduce.op === "maximum" ? "gt" : "lt";
  f.i32(0).set(bestIndex).i32(0).set(index);
  return {
    scalar(push) {
      const x = scratch(valTypes[type], 2);
      push();
      f.set(x).get(x).get(best);
      if (isFloat(type)) {
        // x > best, or x is the first NaN.
        f.op(`${valTypes[type]}.${better}`).get(x).get(x).op(`${valTypes[type]}.ne`);
        f.get(best).get(best).op(`${valTypes[type]}.eq`).op("i32.and").op("i32.or");
      } else f.op(`i32.${better}_s`);
      f.if(() => f.get(x).set(best).get(index).set(bestIndex));
      f.get(index).i32(1).op("i32.add").set(index);
    },
    vectors() {
      throw new Error("an index is found one element at a time");
    },
    finish: () => bestIndex,
  };
}
