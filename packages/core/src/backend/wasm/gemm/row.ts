import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitCountDown, emitForRange } from "../assembler/loops.ts";
import {
  address,
  advance,
  columnsOf,
  emitFunction,
  type GemmOps,
  gather,
  increase,
  loadEach,
  multiplyAdd,
  pointers,
  remaining,
  transpose,
} from "./code.ts";

/** The parameters of both kernels, strides in bytes: `y[n] (+)= Σₖ x[k] · B[k, n]` for 1 ≤ k ≤ KC. */
export const rowParameters = ["n", "k", "x", "xStep", "b", "bStride", "y", "accumulate", "scratch"] as const;

/** Rows of B that one pass reads. */
const ROWS = 4;

/**
 * For B with contiguous rows, `bStride` apart: reads B sequentially, while the sums stay in the first cache. Both kernels keep
 * them in `scratch`, which has room for n elements and two vectors.
 */
export function rowsKernel(ops: GemmOps, add: number): FunctionBuilder {
  const [f, p] = emitFunction(rowParameters);
  const { lanes, log2, loadSplat } = ops.element;
  const [to, left] = [f.local("i32"), f.local("i32")];
  const [sum, value] = [f.local("v128"), f.local("v128")];
  const all = Array.from({ length: ROWS }, () => ({ factor: f.local("v128"), row: f.local("i32") }));

  const pass = (rows: typeof all) => {
    for (const { factor, row } of rows) {
      f.get(p.x).op(loadSplat, log2, 0).set(factor);
      f.get(p.b).set(row);
      advance(f, p.x, p.xStep);
      advance(f, p.b, p.bStride);
    }
    f.get(p.scratch).set(to).get(p.n).set(left);
    f.loop(() => {
      f.get(to).op("v128.load", log2, 0).set(sum);
      for (const { factor, row } of rows) {
        f.get(row).op("v128.load", log2, 0).set(value);
        multiplyAdd(f, ops, sum, factor, value);
        increase(f, row, 16);
      }
      f.get(to).get(sum).op("v128.store", log2, 0);
      increase(f, to, 16);
      increase(f, left, -lanes);
      f.get(left).i32(0).op("i32.gt_s").brIf(0);
    });
  };
  const whileRows = (rows: typeof all) =>
    f.block(() =>
      f.loop(() => {
        f.get(p.k).i32(rows.length).op("i32.lt_s").brIf(1);
        pass(rows);
        increase(f, p.k, -rows.length).br(0);
      }),
    );

  f.get(p.scratch).i32(0).get(p.n).i32(lanes).op("i32.add").i32(log2).op("i32.shl").op("memory.fill");
  whileRows(all);
  whileRows(all.slice(0, 1));
  f.get(p.scratch).i32(0).i32(1).get(p.n).get(p.y).i32(0).get(p.accumulate).call(add);
  return f;
}

/**
 * For B with contiguous columns, `bStride` apart: as many columns at a time as two vectors have lanes, transposed in
 * registers, so that each column is summed in the order of k, as in all kernels.
 */
export function columnsKernel(ops: GemmOps, add: number): FunctionBuilder {
  const [f, p] = emitFunction(rowParameters);
  const { element } = ops;
  const { bytes, lanes, log2, loadSplat } = element;
  const width = columnsOf(element);
  const local = () => f.local("i32");
  const [j, cols, b, x, left, to] = [local(), local(), local(), local(), local(), local()];
  const factor = f.local("v128");
  const halves = [0, lanes].map((from) => ({
    from,
    sum: f.local("v128"),
    vectors: Array.from({ length: lanes }, () => f.local("v128")),
  }));

  /** One step of k; `vectors` hold its elements of each half. */
  const step = (vectors: readonly number[]) => {
    f.get(x).op(loadSplat, log2, 0).set(factor);
    for (const [i, { sum }] of halves.entries()) multiplyAdd(f, ops, sum, factor, vectors[i]!);
    advance(f, x, p.xStep);
  };

  f.get(p.scratch).set(to);
  emitForRange(f, j, p.n, width, () => {
    remaining(f, cols, p.n, j, width);
    address(f, p.b, [j, p.bStride]).set(b);
    const columns = pointers(f, width, b, p.bStride, cols);
    for (const { sum } of halves) f.v128(new Uint8Array(16)).set(sum);
    f.get(p.x).set(x).get(p.k).set(left);
    f.block(() =>
      f.loop(() => {
        f.get(left).i32(lanes).op("i32.lt_s").brIf(1);
        for (const { from, vectors } of halves) loadEach(f, element, columns.slice(from), vectors);
        const transposed = halves.map(({ vectors }) => transpose(f, element, vectors));
        for (let k = 0; k < lanes; k++) step(transposed.map((vectors) => vectors[k]!));
        for (const column of columns) increase(f, column, 16);
        increase(f, left, -lanes).br(0);
      }),
    );
    f.get(left).if(() =>
      emitCountDown(f, left, () => {
        const vectors = halves.map((half) => half.vectors[0]!);
        for (const { from, vectors } of halves)
          gather(f, element, columns.slice(from, from + lanes), vectors[0]!);
        step(vectors);
        for (const column of columns) increase(f, column, bytes);
      }),
    );
    for (const { from, sum } of halves) {
      const offset = from && 16;
      f.get(to).get(sum).op("v128.store", log2, offset);
    }
    increase(f, to, 32);
  });
  f.get(p.scratch).i32(0).i32(1).get(p.n).get(p.y).i32(0).get(p.accumulate).call(add);
  return f;
}
