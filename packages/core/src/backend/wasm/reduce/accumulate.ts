import { isFloat } from "../instructions/context.ts";
import { type Accumulator, into, join, openNumber, openVector, type Reducing } from "./accumulator.ts";
import { positionOf } from "./arg-extremum.ts";
import { extremumOf } from "./extremum.ts";
import { sumOf } from "./sum.ts";

/** A reduction that comes to the same in any order. */
function wholeOf(at: Reducing): Accumulator {
  const { type, lanes } = at;
  const single = openNumber(at, type);
  const vector = lanes === 1 ? undefined : openVector(at, type, lanes);
  return {
    one: (push) => into(at, single, type, 1, push),
    vectors(pushes) {
      for (const push of pushes) into(at, vector as number, type, lanes, push);
    },
    finish() {
      if (lanes !== 1) join(at, single, type, vector as number, lanes);
      return single;
    },
  };
}

/** A result that has seen nothing yet. */
export function openAccumulator(at: Reducing): Accumulator {
  const { isArgReduction, op } = at.reduce;
  if (isArgReduction) return positionOf(at);
  if (isFloat(at.type) && (op === "add" || op === "mul")) return sumOf(at);
  return isFloat(at.type) && at.lanes !== 1 ? extremumOf(at, at.lanes) : wholeOf(at);
}
