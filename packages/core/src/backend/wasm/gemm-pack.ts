import type { FunctionBuilder } from "./assembler.ts";
import {
  address,
  advance,
  countDown,
  type Element,
  forRange,
  gather,
  increase,
  loadEach,
  pointers,
  procedure,
  remaining,
  transpose,
} from "./gemm-code.ts";

/** The parameters of `packKernel`, strides in bytes. */
export const packParameters = ["to", "from", "laneStride", "kStride", "count", "k"] as const;

/**
 * Packs `count` rows of A (or columns of B) of k ≥ 1 elements each into panels of `width` lanes, from whatever strides
 * they lie in. Lanes past `count` get something that no result depends on, or nothing.
 */
export function packKernel(element: Element, width: number): FunctionBuilder {
  const [f, p] = procedure(packParameters);
  const { bytes, lanes, log2 } = element;
  const local = () => f.local("i32");
  const [first, left, from, to, rounds] = [local(), local(), local(), local(), local()];
  const vectors = Array.from({ length: lanes }, () => f.local("v128"));
  const step = width * bytes;

  const copyVectors = () =>
    countDown(f, rounds, () => {
      f.get(to).get(from).op("v128.load", log2, 0).op("v128.store", log2, 0);
      advance(f, from, p.kStride);
      increase(f, to, step);
    });

  const gatherLanes = () => {
    const rows = pointers(f, lanes, from, p.laneStride, left);
    f.get(p.kStride).i32(bytes).op("i32.eq").get(rounds).i32(lanes).op("i32.ge_s").op("i32.and");
    f.if(() =>
      f.loop(() => {
        loadEach(f, element, rows, vectors);
        for (const vector of transpose(f, element, vectors)) {
          f.get(to).get(vector).op("v128.store", log2, 0);
          increase(f, to, step);
        }
        for (const row of rows) increase(f, row, 16);
        increase(f, rounds, -lanes);
        f.get(rounds).i32(lanes).op("i32.ge_s").brIf(0);
      }),
    );
    f.get(rounds).if(() =>
      countDown(f, rounds, () => {
        const vector = vectors[0]!;
        gather(f, element, rows, vector);
        f.get(to).get(vector).op("v128.store", log2, 0);
        for (const row of rows) advance(f, row, p.kStride);
        increase(f, to, step);
      }),
    );
  };

  forRange(f, first, p.count, lanes, () => {
    remaining(f, left, p.count, first, lanes);
    address(f, p.from, [first, p.laneStride]).set(from);
    const withinPanel = width - 1;
    f.get(first).i32(~withinPanel).op("i32.and").get(p.k).op("i32.mul");
    f.get(first).i32(withinPanel).op("i32.and").op("i32.add");
    f.i32(log2).op("i32.shl").get(p.to).op("i32.add").set(to);
    f.get(p.k).set(rounds);
    f.get(p.laneStride).i32(bytes).op("i32.eq").if(copyVectors, gatherLanes);
  });
  return f;
}
