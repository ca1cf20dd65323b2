import type { DType } from "../../../dtype.ts";
import type { OpName } from "../assembler/assembler.ts";
import { emitContext, type PushOperand } from "../instructions/context.ts";
import { emitOp } from "../instructions/instructions.ts";
import {
  type Accumulator,
  combineInto,
  horizontalReduce,
  type ReduceContext,
  scalarAccumulator,
  treeBufferBytes,
  vectorAccumulator,
  vectorsPerTree,
} from "./accumulator.ts";

/**
 * A sum or product of floats, in an order that depends on the innermost loop's size alone: every eight vectors as a tree,
 * the trees and then the vectors that are left in the lanes of one, and what fills no vector by itself. float32 sums have
 * float64 lanes. Where elements come one by one, or the code of eight would be long, they wait in memory until they fill a tree.
 */
export function sumAccumulator(at: ReduceContext): Accumulator {
  const { f, reduce, type, lanes, copied, inner } = at;
  const wide = reduce.op === "add" && type === "float32";
  const own: DType = wide ? "float64" : type;
  const count = type === "float64" ? 2 : 4;
  const bits = Math.log2(16 / count);
  const below = (size: number): number => (inner ? inner.size - (inner.size % size) : 0);
  const [whole, inTrees] = [below(count), below(vectorsPerTree * count)];
  const single = scalarAccumulator(at, own);
  const ownLanes = own === "float64" ? 2 : 4;
  const sums = Array.from({ length: whole === 0 ? 0 : wide ? 2 : 1 }, () =>
    vectorAccumulator(at, own, ownLanes),
  );
  const waiting = whole > 0 && !copied && (lanes === 1 || inTrees > 0) ? f.local("i32") : undefined;
  if (waiting !== undefined) {
    at.memory();
    f.set(waiting);
  }

  /** Combines a vector of terms with the lanes. */
  const add = (push: PushOperand): void => {
    const [low, high] = sums as [number, number];
    if (!wide) return combineInto(at, low, own, ownLanes, push);
    const x = f.local("v128");
    push();
    f.set(x).get(low).get(x).op("f64x2.promote_low_f32x4").op("f64x2.add").set(low).get(high).get(x).get(x);
    f.op("i8x16.shuffle", 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    f.op("f64x2.promote_low_f32x4").op("f64x2.add").set(high);
  };

  const tree = (terms: readonly PushOperand[]): PushOperand => {
    if (terms.length === 1) return terms[0] as PushOperand;
    const half = terms.length / 2;
    const site = emitContext(f, at.scratch, "vector", type, count);
    return () => emitOp(reduce.op, site, [tree(terms.slice(0, half)), tree(terms.slice(half))]);
  };

  const load = (k: number) => () => f.get(waiting as number).op("v128.load", 2, 16 * k);

  /** Keeps terms at their place until they fill a tree. */
  const wait = (terms: number, push: PushOperand, store: OpName): void => {
    const place = inner?.place as number;
    const full = vectorsPerTree * count;
    f.get(waiting as number)
      .get(place)
      .i32(bits)
      .op("i32.shl")
      .i32(treeBufferBytes - 1)
      .op("i32.and")
      .op("i32.add");
    push();
    f.op(store, bits, 0);
    if (inTrees === 0) return;
    f.get(place)
      .i32(full - 1)
      .op("i32.and")
      .i32(full - terms)
      .op("i32.eq");
    f.if(() => add(tree(Array.from({ length: vectorsPerTree }, (_, k) => load(k)))));
  };

  return {
    one(push) {
      const alone = () =>
        combineInto(at, single, own, 1, () => {
          push();
          if (wide) f.op("f64.promote_f32");
        });
      if (!inner || lanes > 1 || whole === 0) return alone();
      const apart = () => wait(1, push, count === 4 ? "f32.store" : "f64.store");
      if (whole === inner.size) return apart();
      f.get(inner.place).i32(whole).op("i32.lt_s").if(apart, alone);
    },
    vectors(pushes) {
      if (waiting === undefined) add(tree(pushes));
      else wait(count, pushes[0] as PushOperand, "v128.store");
    },
    endLine() {
      if (waiting !== undefined) for (let k = 0; k < (whole - inTrees) / count; k++) add(load(k));
    },
    finish() {
      for (const v of sums) horizontalReduce(at, single, own, v, ownLanes);
      if (!wide) return single;
      const result = f.local("f32");
      f.get(single).op("f32.demote_f64").set(result);
      return result;
    },
  };
}
