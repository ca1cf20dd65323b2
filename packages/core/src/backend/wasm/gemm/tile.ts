import type { FunctionBuilder, OpName } from "../assembler/assembler.ts";
import { emitCountDown, emitForRange } from "../assembler/loops.ts";
import {
  address,
  advance,
  columnsOf,
  type Element,
  emitFunction,
  type GemmOps,
  increase,
  MR,
  multiplyAdd,
  pointers,
  remaining,
} from "./code.ts";

/** The parameters of every tile kernel, strides in bytes. */
export const tileParameters = [
  "a",
  "aRow",
  "aStep",
  "rows",
  "b",
  "bStep",
  "k",
  "c",
  "cRow",
  "accumulate",
] as const;

/**
 * The micro-kernel: `C (+)= Σₖ A[·, k] · B[k, ·]` for a tile of MR rows and `vectors` vectors of columns, k ≥ 1.
 * Row i of A starts at `a + i·aRow` and has the stride `aStep`; of a `packed` A both are constants. B has the stride `bStep`.
 */
export function tileKernel(ops: GemmOps, vectors: number, packed: boolean): FunctionBuilder {
  const { bytes, log2, loadSplat, vectorAdd } = ops.element;
  const [f, p] = emitFunction(tileParameters);
  const sums = Array.from({ length: MR }, () => Array.from({ length: vectors }, () => f.local("v128")));
  const b = Array.from({ length: vectors }, () => f.local("v128"));
  const a = f.local("v128");
  const rows = packed ? undefined : pointers(f, MR, p.a, p.aRow, p.rows);
  emitCountDown(f, p.k, () => {
    for (const [j, vector] of b.entries()) {
      const offset = 16 * j;
      f.get(p.b).op("v128.load", log2, offset).set(vector);
    }
    for (const [i, row] of sums.entries()) {
      const offset = packed ? bytes * i : 0;
      const pointer = rows?.[i] ?? p.a;
      f.get(pointer).op(loadSplat, log2, offset).set(a);
      for (const [j, vector] of b.entries()) multiplyAdd(f, ops, row[j]!, a, vector);
      if (!packed) advance(f, pointer, p.aStep);
    }
    if (packed) increase(f, p.a, bytes * MR);
    advance(f, p.b, p.bStep);
  });
  const write = (accumulate: boolean) => () => {
    for (const row of sums) {
      for (const [j, sum] of row.entries()) {
        const offset = 16 * j;
        f.get(p.c);
        if (accumulate) f.get(p.c).op("v128.load", log2, offset).get(sum).op(vectorAdd);
        else f.get(sum);
        f.op("v128.store", log2, offset);
      }
      advance(f, p.c, p.cRow);
    }
  };
  f.get(p.accumulate).if(write(true), write(false));
  return f;
}

/** `C (+)= S` for `rows` ≥ 1 rows of `cols` elements: adds a partial tile to C. */
export function addKernel(element: Element): FunctionBuilder {
  const [f, p] = emitFunction(["s", "sRow", "rows", "cols", "c", "cRow", "accumulate"]);
  const offset = f.local("i32");
  const move = (bytes: number, load: OpName, store: OpName, add: OpName | undefined) =>
    f.block(() =>
      f.loop(() => {
        f.get(offset).i32(bytes).op("i32.add").get(p.cols).op("i32.gt_s").brIf(1);
        f.get(p.c).get(offset).op("i32.add");
        f.get(p.s).get(offset).op("i32.add").op(load, element.log2, 0);
        if (add) f.get(p.c).get(offset).op("i32.add").op(load, element.log2, 0).op(add);
        f.op(store, element.log2, 0);
        increase(f, offset, bytes).br(0);
      }),
    );
  const write = (accumulate: boolean) => () =>
    emitCountDown(f, p.rows, () => {
      f.i32(0).set(offset);
      move(16, "v128.load", "v128.store", accumulate ? element.vectorAdd : undefined);
      move(element.bytes, element.load, element.store, accumulate ? element.add : undefined);
      advance(f, p.s, p.sRow);
      advance(f, p.c, p.cRow);
    });
  f.get(p.cols).i32(element.log2).op("i32.shl").set(p.cols);
  f.get(p.accumulate).if(write(true), write(false));
  return f;
}

/** Indices of the functions that the block kernel calls. */
export interface TileKernels {
  /** By the number of vectors less one, for A in place and for A packed. */
  readonly strided: readonly number[];
  readonly packed: readonly number[];
  readonly add: number;
}

/** The parameters of `blockKernel`: m, n and k in elements, strides in bytes. */
export const blockParameters = [
  ...(["m", "n", "k"] as const),
  ...(["a", "aRow", "aStep", "aPanel"] as const),
  ...(["b", "bStep", "bPanel"] as const),
  ...(["c", "cRow", "accumulate", "scratch"] as const),
] as const;

/**
 * The two inner loops of BLIS: `C (+)= A · B` for one block, tile by tile, 1 ≤ k ≤ KC. Panels of MR rows are `aPanel` apart,
 * panels of two vectors of columns `bPanel`. Partial tiles are computed whole in `scratch`; a last single vector of columns has
 * a narrower tile. ir, over rows, is the outer loop: a panel of A then stays in the first cache, and C is written along its
 * rows, which matters where k is small.
 */
export function blockKernel(element: Element, kernels: TileKernels): FunctionBuilder {
  const [f, p] = emitFunction(blockParameters);
  const { bytes, lanes } = element;
  const local = () => f.local("i32");
  const [i, j, a, b, c] = [local(), local(), local(), local(), local()];
  const [rows, cols, whole, packed] = [local(), local(), local(), local()];
  const width = columnsOf(element);
  const panelStep = MR * bytes;
  const scratchRow = width * bytes;

  const call = (kernel: number) => () => {
    f.get(a).get(p.aRow).get(p.aStep).get(rows).get(b).get(p.bStep).get(p.k);
    f.get(c).get(p.scratch).get(whole).op("select");
    f.get(p.cRow).i32(scratchRow).get(whole).op("select");
    f.get(p.accumulate).i32(0).get(whole).op("select").call(kernel);
  };
  const callSized = (tiles: readonly number[]) => () => {
    f.get(cols).i32(lanes).op("i32.gt_s");
    f.if(call(tiles[1]!), call(tiles[0]!));
  };
  const addScratch = () => {
    f.get(p.scratch).i32(scratchRow).get(rows).get(cols);
    f.get(c).get(p.cRow).get(p.accumulate).call(kernels.add);
  };

  f.get(p.aRow).i32(bytes).op("i32.eq").get(p.aStep).i32(panelStep).op("i32.eq").op("i32.and").set(packed);
  f.get(p.a).set(a);
  emitForRange(f, i, p.m, MR, () => {
    remaining(f, rows, p.m, i, MR);
    f.get(p.b).set(b);
    address(f, p.c, [i, p.cRow]).set(c);
    emitForRange(f, j, p.n, width, () => {
      remaining(f, cols, p.n, j, width);
      f.get(cols).i32(lanes).op("i32.eq").get(cols).i32(width).op("i32.eq").op("i32.or");
      f.get(rows).i32(MR).op("i32.eq").op("i32.and").set(whole);
      f.get(packed).if(callSized(kernels.packed), callSized(kernels.strided));
      f.get(whole).op("i32.eqz");
      f.if(addScratch);
      advance(f, b, p.bPanel);
      increase(f, c, width * bytes);
    });
    advance(f, a, p.aPanel);
  });
  return f;
}
