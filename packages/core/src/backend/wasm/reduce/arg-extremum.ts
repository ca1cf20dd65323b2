import type { OpName } from "../assembler/assembler.ts";
import { isFloat } from "../instructions/context.ts";
import { valTypes } from "../instructions/lanes.ts";
import { type Accumulator, type ReduceContext, scalarAccumulator } from "./accumulator.ts";

/** Where the chosen element is: the first that is better than all before, or the first NaN. */
export function argExtremumAccumulator(at: ReduceContext): Accumulator {
  const { f, type, reduce, scratch } = at;
  const prefix = valTypes[type];
  const op = (name: string) => f.op(`${prefix}.${name}` as OpName);
  const best = scalarAccumulator(at, type);
  const [chosen, seen] = [f.local("i32"), f.local("i32")];
  f.i32(0).set(chosen).i32(0).set(seen);
  return {
    one(push) {
      const x = scratch(prefix, 2);
      push();
      f.set(x).get(x).get(best);
      op((reduce.op === "maximum" ? "gt" : "lt") + (isFloat(type) ? "" : "_s"));
      if (isFloat(type)) {
        f.get(x).get(x);
        op("ne").get(best).get(best);
        op("eq").op("i32.and").op("i32.or");
      }
      f.if(() => f.get(x).set(best).get(seen).set(chosen));
      f.get(seen).i32(1).op("i32.add").set(seen);
    },
    vectors() {
      throw new Error("positions are found one element at a time");
    },
    finish: () => chosen,
  };
}
