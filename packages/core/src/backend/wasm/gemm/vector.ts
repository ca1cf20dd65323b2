import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitUntil } from "../assembler/loops.ts";
import { blocksOf, KC } from "./blocking.ts";
import {
  address,
  type Element,
  emitBlockLoop,
  type GemmKernels,
  type GemmParameters,
  increase,
} from "./code.ts";

/** Matrices of more bytes are larger than the caches, and are prefetched in the order of memory. */
const CACHE_BYTES = 16 << 20;
/** Columns of these that a vector is multiplied with at a time. */
const STRIP_COLUMNS = 16;
/** The strides of columns, and of rows, that are prefetched: processors prefetch shorter ones themselves. */
const MIN_STRIDE = 256;
const MAX_STRIDE = 4096;
const CACHE_LINE = 64;

/** Reads a byte of every cache line between two addresses: sequential reads are faster than rows or columns in turn. */
function emitPrefetch(f: FunctionBuilder, at: number, end: number): void {
  emitUntil(
    f,
    () => f.get(at).get(end).op("i32.ge_u"),
    () => {
      f.get(at).op("i32.load8_u", 0, 0).op("drop");
      increase(f, at, CACHE_LINE);
    },
  );
}

/** The vector x, with its stride. */
interface Vector {
  readonly base: number;
  readonly stride: number;
}

/** The matrix B, with its strides along k and along n. */
interface Matrix {
  readonly base: number;
  readonly row: number;
  readonly col: number;
}

/** One call of a kernel for each block. */
interface BlockedProduct {
  readonly kernel: number;
  /** The stride that the kernel takes. */
  readonly stride: number;
  readonly columns: number;
  /** Emits what precedes the blocks of a strip of columns, and a block. */
  readonly beforeStrip?: () => void;
  readonly beforeBlock?: () => void;
}

/** One row times a matrix, or a matrix times one column, where the matrix has a stride of one element; then returns. */
export function emitVectorProducts(
  f: FunctionBuilder,
  element: Element,
  kernels: GemmKernels,
  p: GemmParameters,
): void {
  const { bytes, log2 } = element;
  const { nc } = blocksOf(element);
  const local = () => f.local("i32");
  const [j, l, cols, depth] = [local(), local(), local(), local()];
  const [at, end, large] = [local(), local(), local()];
  const k = { index: l, limit: p.k, block: KC, size: depth };

  /** y[n] (+)= x · B with the kernel for the strides of B. */
  const product = (n: number, x: Vector, b: Matrix) => () => {
    /** Pushes whether rows or columns of `length` elements are contiguous, and so are all of them. */
    const andContiguous = (stride: number, length: number) =>
      f.get(length).i32(log2).op("i32.shl").get(stride).op("i32.eq").op("i32.and");
    /** Prefetches `count` contiguous rows or columns. */
    const prefetch = (first: number, stride: number, count: number) => () => {
      address(f, b.base, [first, stride]).set(at);
      address(f, at, [count, stride]).set(end);
      emitPrefetch(f, at, end);
    };
    const blocked =
      ({ kernel, stride, columns, beforeStrip, beforeBlock }: BlockedProduct) =>
      () => {
        emitBlockLoop(f, { index: j, limit: n, block: columns, size: cols }, () => {
          beforeStrip?.();
          emitBlockLoop(f, k, () => {
            beforeBlock?.();
            f.get(cols).get(depth);
            address(f, x.base, [l, x.stride]).get(x.stride);
            address(f, b.base, [l, b.row], [j, b.col]).get(stride);
            f.get(p.c).get(j).i32(log2).op("i32.shl").op("i32.add");
            f.get(l).get(p.workspace).call(kernel);
          });
        });
        f.return();
      };
    const byRows = { kernel: kernels.rows, stride: b.row, columns: nc };
    const byColumns = { kernel: kernels.columns, stride: b.col };

    f.get(p.k).get(n).op("i32.mul");
    f.i32(CACHE_BYTES / bytes)
      .op("i32.gt_u")
      .set(large);
    f.get(b.col).i32(bytes).op("i32.eq");
    f.if(() => {
      f.get(b.row).i32(MIN_STRIDE).op("i32.sub");
      f.i32(MAX_STRIDE - MIN_STRIDE)
        .op("i32.le_u")
        .get(large)
        .op("i32.and");
      andContiguous(b.row, n);
      f.if(blocked({ ...byRows, beforeBlock: prefetch(l, b.row, depth) }), blocked(byRows));
    });
    f.get(b.row).i32(bytes).op("i32.eq");
    f.if(() => {
      f.get(b.col).i32(MIN_STRIDE).op("i32.ge_u").get(large).op("i32.and");
      andContiguous(b.col, p.k);
      f.if(
        blocked({ ...byColumns, columns: STRIP_COLUMNS, beforeStrip: prefetch(j, b.col, cols) }),
        blocked({ ...byColumns, columns: nc }),
      );
    });
  };

  f.get(p.m).i32(1).op("i32.eq");
  f.if(product(p.n, { base: p.a, stride: p.aCol }, { base: p.b, row: p.bRow, col: p.bCol }));
  f.get(p.n).i32(1).op("i32.eq").get(p.cRow).i32(bytes).op("i32.eq").op("i32.and");
  f.if(product(p.m, { base: p.b, stride: p.bRow }, { base: p.a, row: p.aCol, col: p.aRow }));
}
