import type { OpName } from "../assembler/assembler.ts";
import { prefixes } from "../instructions/context.ts";
import { splatBytes } from "../instructions/lanes.ts";
import {
  type Accumulator,
  combineInto,
  horizontalReduce,
  type ReduceContext,
  scalarAccumulator,
  vectorAccumulator,
  vectorOf,
} from "./accumulator.ts";

/**
 * The greatest or least of floats. The one instruction that tells the better of two vectors loses NaN and takes −0 for 0, so
 * two more vectors keep where NaN was, and whether all signs were negative (greatest) or any was (least).
 */
export function extremumAccumulator(at: ReduceContext, lanes: 2 | 4): Accumulator {
  const { f, type, reduce } = at;
  const greatest = reduce.op === "maximum";
  const op = (name: string) => f.op(`${prefixes.vector[type]}.${name}` as OpName);
  const single = scalarAccumulator(at, type);
  const best = vectorAccumulator(at, type, lanes);
  const odd = vectorOf(f, new Uint8Array(16));
  const signs = vectorOf(f, new Uint8Array(16).fill(greatest ? 255 : 0));
  return {
    one: (push) => combineInto(at, single, type, 1, push),
    vectors(pushes) {
      for (const push of pushes) {
        const x = f.local("v128");
        push();
        f.set(x).get(best).get(x);
        op(greatest ? "pmax" : "pmin")
          .set(best)
          .get(odd)
          .get(x)
          .get(x);
        op("ne").op("v128.or").set(odd).get(signs).get(x);
        f.op(greatest ? "v128.and" : "v128.or").set(signs);
      }
    },
    finish() {
      const zero = splatBytes(0, type, lanes);
      f.get(best).v128(zero);
      op("add").get(best).v128(zero);
      op("eq")
        .get(signs)
        .op("v128.and")
        .v128(splatBytes(-0, type, lanes))
        .op("v128.and")
        .op("v128.or");
      f.get(odd).op("v128.or").set(best);
      horizontalReduce(at, single, type, best, lanes);
      return single;
    },
  };
}
