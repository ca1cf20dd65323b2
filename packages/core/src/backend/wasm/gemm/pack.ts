import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitCountDown, emitForRange } from "../assembler/loops.ts";
import {
  address,
  advance,
  type Element,
  emitFunction,
  gather,
  increase,
  loadEach,
  pointers,
  remaining,
  transpose,
} from "./code.ts";

/**
 * Both kernels pack `count` rows of A (or columns of B) of k ≥ 1 elements each, the lanes, into panels of `width` lanes. A panel
 * has all lanes of one k, then those of the next. The last panel has its full size; no result depends on its lanes past
 * `count`. `body` packs one vector of lanes: `first` is its first lane, `left` the number of lanes from there, at most a
 * vector, and `to` the address of its first k.
 */
function forVectors(
  f: FunctionBuilder,
  { lanes, log2 }: Element,
  width: number,
  p: Record<"to" | "count" | "k", number>,
  body: (vector: { readonly first: number; readonly left: number; readonly to: number }) => void,
): void {
  const [first, left, to] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const withinPanel = width - 1;
  emitForRange(f, first, p.count, lanes, () => {
    remaining(f, left, p.count, first, lanes);
    f.get(first).i32(~withinPanel).op("i32.and").get(p.k).op("i32.mul");
    f.get(first).i32(withinPanel).op("i32.and").op("i32.add");
    f.i32(log2).op("i32.shl").get(p.to).op("i32.add").set(to);
    body({ first, left, to });
  });
}

/** Packs from lanes of any strides, `laneStride` and `kStride` in bytes. */
export function packKernel(element: Element, width: number): FunctionBuilder {
  const [f, p] = emitFunction(["to", "from", "laneStride", "kStride", "count", "k"]);
  const { bytes, lanes, log2 } = element;
  const [from, kLeft] = [f.local("i32"), f.local("i32")];
  const vectors = Array.from({ length: lanes }, () => f.local("v128"));
  const step = width * bytes;

  forVectors(f, element, width, p, ({ first, left, to }) => {
    const copyVectors = () =>
      emitCountDown(f, kLeft, () => {
        f.get(to).get(from).op("v128.load", log2, 0).op("v128.store", log2, 0);
        advance(f, from, p.kStride);
        increase(f, to, step);
      });

    const gatherLanes = () => {
      const rows = pointers(f, lanes, from, p.laneStride, left);
      f.get(p.kStride).i32(bytes).op("i32.eq").get(kLeft).i32(lanes).op("i32.ge_s").op("i32.and");
      f.if(() =>
        f.loop(() => {
          loadEach(f, element, rows, vectors);
          for (const vector of transpose(f, element, vectors)) {
            f.get(to).get(vector).op("v128.store", log2, 0);
            increase(f, to, step);
          }
          for (const row of rows) increase(f, row, 16);
          increase(f, kLeft, -lanes);
          f.get(kLeft).i32(lanes).op("i32.ge_s").brIf(0);
        }),
      );
      f.get(kLeft).if(() =>
        emitCountDown(f, kLeft, () => {
          const vector = vectors[0]!;
          gather(f, element, rows, vector);
          f.get(to).get(vector).op("v128.store", log2, 0);
          for (const row of rows) advance(f, row, p.kStride);
          increase(f, to, step);
        }),
      );
    };

    address(f, p.from, [first, p.laneStride]).set(from);
    f.get(p.k).set(kLeft);
    f.get(p.laneStride).i32(bytes).op("i32.eq").if(copyVectors, gatherLanes);
  });
  return f;
}

/**
 * Packs through two lists of byte offsets: element k of lane i is at from + lanes[i] + steps[k]. Contiguous lanes are copied as
 * vectors, contiguous steps are transposed in registers.
 */
export function packMappedKernel(element: Element, width: number): FunctionBuilder {
  const [f, p] = emitFunction(["to", "from", "lanes", "steps", "count", "k"]);
  const { bytes, lanes, log2 } = element;
  const local = () => f.local("i32");
  const [kLeft, at, offset] = [local(), local(), local()];
  const rows = Array.from({ length: lanes }, local);
  const addresses = Array.from({ length: lanes }, local);
  const vectors = Array.from({ length: lanes }, () => f.local("v128"));
  const step = width * bytes;

  /** Pushes whether these locals are `bytes` apart. */
  const pushAreContiguous = (list: readonly number[]) => {
    for (let i = 1; i < lanes; i++) {
      const gap = i * bytes;
      f.get(list[i]!).get(list[0]!).op("i32.sub").i32(gap).op("i32.eq");
      if (i > 1) f.op("i32.and");
    }
  };
  /** Loads an offset for each lane of a vector. */
  const loadOffsets = (list: number, into: readonly number[], base?: number) => {
    for (const [i, to] of into.entries()) {
      const entry = 4 * i;
      f.get(list).op("i32.load", 2, entry);
      if (base !== undefined) f.get(base).op("i32.add");
      f.set(to);
    }
  };

  forVectors(f, element, width, p, ({ first, to }) => {
    const store = (vector: number) => {
      f.get(to).get(vector).op("v128.store", log2, 0);
      increase(f, to, step);
    };
    const copyVectors = () =>
      emitCountDown(f, kLeft, () => {
        f.get(rows[0]!).get(at).op("i32.load", 2, 0).op("i32.add").op("v128.load", log2, 0).set(vectors[0]!);
        store(vectors[0]!);
        increase(f, at, 4);
      });
    const gatherOne = () => {
      f.get(at).op("i32.load", 2, 0).set(offset);
      for (const [i, row] of rows.entries()) f.get(row).get(offset).op("i32.add").set(addresses[i]!);
      gather(f, element, addresses, vectors[0]!);
      store(vectors[0]!);
      increase(f, at, 4);
    };
    const transposeSteps = () => {
      f.get(at).op("i32.load", 2, 0).set(offset);
      for (const [i, row] of rows.entries()) f.get(row).get(offset).op("i32.add").set(addresses[i]!);
      loadEach(f, element, addresses, vectors);
      for (const vector of transpose(f, element, vectors)) store(vector);
      increase(f, at, 4 * lanes);
      increase(f, kLeft, -lanes);
    };
    const gatherLanes = () =>
      f.block(() =>
        f.loop(() => {
          f.block(() => {
            f.get(kLeft).i32(lanes).op("i32.lt_s").brIf(0);
            loadOffsets(at, addresses);
            pushAreContiguous(addresses);
            f.op("i32.eqz").brIf(0);
            transposeSteps();
            f.get(kLeft).brIf(1).br(2);
          });
          gatherOne();
          f.get(kLeft).i32(1).op("i32.sub").tee(kLeft).brIf(0);
        }),
      );

    f.get(p.lanes).get(first).i32(2).op("i32.shl").op("i32.add").set(at);
    loadOffsets(at, rows, p.from);
    f.get(p.steps).set(at).get(p.k).set(kLeft);
    pushAreContiguous(rows);
    f.if(copyVectors, gatherLanes);
  });
  return f;
}
