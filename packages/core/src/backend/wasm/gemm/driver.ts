import type { FunctionBuilder } from "../assembler/assembler.ts";
import {
  address,
  columnsOf,
  type Element,
  elements,
  emitFunction,
  type Float,
  forRange,
  increase,
  MR,
  minimum,
  remaining,
} from "./code.ts";

/** Elements of k that one block sums; part of the definition of the result, and therefore the same for all shapes. */
export const KC = 256;
const BLOCK_A = 128 << 10;
const BLOCK_B = 512 << 10;
/** Rows of A, and columns of B, that one block packs: half a megabyte and more of workspace that stays in the second cache. */
const blocksOf = (element: Element) => ({
  mc: BLOCK_A / KC / element.bytes,
  nc: BLOCK_B / KC / element.bytes,
});
const SCRATCH_BYTES = MR * 2 * 16;

/** Up to so many columns of B (rows of A), packing A (B) costs more than it saves. */
const FEW_COLUMNS = 12;
const FEW_ROWS = 32;

/** Matrices of more bytes are larger than the caches. */
const CACHES = 16 << 20;
/** Columns of these that a vector is multiplied with at a time. */
const STRIP_COLUMNS = 16;
/** Bytes that a column, or a row, of them must have, and a row at most, for what is next to be read ahead. */
const LEAST_STRIDE = 256;
const MOST_STRIDE = 4096;
const LINE = 64;

/** Bytes of workspace for a product of this size, from an address that is a multiple of 16; each thread has its own. */
export function workspaceBytes(type: Float, m: number, n: number, k: number): number {
  const element = elements[type];
  const { mc, nc } = blocksOf(element);
  const padded = (size: number, to: number, most: number) => Math.min(Math.ceil(size / to) * to, most);
  const panels = Math.min(k, KC) * (padded(m, MR, mc) + padded(n, columnsOf(element), nc));
  const strip = Math.min(Math.max(m, n), nc) + 2 * element.lanes;
  return SCRATCH_BYTES + element.bytes * Math.max(panels, strip);
}

/** Indices of the functions that a driver calls. */
export interface GemmKernels {
  readonly block: number;
  readonly packA: number;
  readonly packB: number;
  readonly packMappedA: number;
  readonly packMappedB: number;
  readonly rows: number;
  readonly columns: number;
}

/** The parameters of both drivers, all i32. */
export const gemmParameters = [
  ...(["m", "n", "k"] as const),
  ...(["a", "aRow", "aCol"] as const),
  ...(["b", "bRow", "bCol"] as const),
  ...(["c", "cRow", "workspace"] as const),
] as const;

type GemmParameters = Record<(typeof gemmParameters)[number], number>;

/**
 * The loops over blocks: `C = A · B`, where element (i, j) of A stands
 *
 *     strided: at a + bytes · (i · aRow + j · aCol), for any strides that stay in memory, zero and negative ones too;
 *     mapped:  at a + aRow[i] + aCol[j], of two lists of byte offsets (i32) that aRow and aCol are the addresses of,
 *
 * and B likewise. C has its columns side by side, and its rows `cRow` elements apart. A list goes on for 3 offsets more
 * than it has elements, `bytes` apart.
 *
 * Every element of C is the same sum in the same order, whatever the shape, the places of the operands or the division of
 * rows and columns among threads: from +0 in the order of k within each block of 256, the blocks added in their order.
 *
 * Operands are read up to 28 bytes past their last element, which must be memory; what stands there does not matter.
 */
export function emitGemm(type: Float, kernels: GemmKernels, mapped: boolean): FunctionBuilder {
  const element = elements[type];
  const [f, p] = emitFunction(gemmParameters);
  const strides = mapped ? [p.cRow] : [p.aRow, p.aCol, p.bRow, p.bCol, p.cRow];
  for (const stride of strides) f.get(stride).i32(element.log2).op("i32.shl").set(stride);
  f.get(p.m).op("i32.eqz");
  f.if(() => f.return());
  f.get(p.k).op("i32.eqz");
  f.if(() => {
    emitZeros(f, element, p);
    f.return();
  });
  if (!mapped) emitVectorProducts(f, element, kernels, p);
  emitBlocks(f, element, kernels, mapped, p);
  return f;
}

/** The sum of nothing. */
function emitZeros(f: FunctionBuilder, { log2 }: Element, p: GemmParameters): void {
  const i = f.local("i32");
  forRange(f, i, p.m, 1, () => {
    address(f, p.c, [i, p.cRow]).i32(0).get(p.n).i32(log2).op("i32.shl").op("memory.fill");
  });
}

/** Reads a byte of every line of memory between two addresses: it brings consecutive lines faster than lines by turns. */
function emitTouch(f: FunctionBuilder, at: number, end: number): void {
  f.block(() =>
    f.loop(() => {
      f.get(at).get(end).op("i32.ge_u").brIf(1);
      f.get(at).op("i32.load8_u", 0, 0).op("drop");
      increase(f, at, LINE).br(0);
    }),
  );
}

/** One row times a matrix, or a matrix times one column, if the matrix has a stride of one element: then returns. */
function emitVectorProducts(
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

  /** y[n] (+)= x · B with the kernel for B's strides. */
  const product =
    (n: number, [x, xStep]: [number, number], [b, row, col]: [number, number, number]) =>
    () => {
      /** Whether rows or columns of `length` elements lie side by side, all of them in one piece. */
      const whole = (stride: number, length: number) =>
        f.get(length).i32(log2).op("i32.shl").get(stride).op("i32.eq").op("i32.and");
      /** Reads what is next, `count` rows or columns from `first` on, where it lies side by side. */
      const touch = (first: number, stride: number, count: number) => {
        address(f, b, [first, stride]).set(at);
        address(f, at, [count, stride]).set(end);
        emitTouch(f, at, end);
      };
      const by =
        (kernel: number, stride: number, most = nc, strip?: () => void, block?: () => void) =>
        () => {
          forRange(f, j, n, most, () => {
            remaining(f, cols, n, j, most);
            strip?.();
            forRange(f, l, p.k, KC, () => {
              remaining(f, depth, p.k, l, KC);
              block?.();
              f.get(cols).get(depth);
              address(f, x, [l, xStep]).get(xStep);
              address(f, b, [l, row], [j, col]).get(stride);
              f.get(p.c).get(j).i32(log2).op("i32.shl").op("i32.add");
              f.get(l).get(p.workspace).call(kernel);
            });
          });
          f.return();
        };
      f.get(p.k)
        .get(n)
        .op("i32.mul")
        .i32(CACHES / bytes)
        .op("i32.gt_u")
        .set(large);
      f.get(col).i32(bytes).op("i32.eq");
      f.if(() => {
        f.get(row)
          .i32(LEAST_STRIDE)
          .op("i32.sub")
          .i32(MOST_STRIDE - LEAST_STRIDE)
          .op("i32.le_u")
          .get(large)
          .op("i32.and");
        whole(row, n);
        f.if(
          by(kernels.rows, row, nc, undefined, () => touch(l, row, depth)),
          by(kernels.rows, row),
        );
      });
      f.get(row).i32(bytes).op("i32.eq");
      f.if(() => {
        f.get(col).i32(LEAST_STRIDE).op("i32.ge_u").get(large).op("i32.and");
        whole(col, p.k);
        f.if(
          by(kernels.columns, col, STRIP_COLUMNS, () => touch(j, col, cols)),
          by(kernels.columns, col),
        );
      });
    };

  f.get(p.m)
    .i32(1)
    .op("i32.eq")
    .if(product(p.n, [p.a, p.aCol], [p.b, p.bRow, p.bCol]));
  f.get(p.n).i32(1).op("i32.eq").get(p.cRow).i32(bytes).op("i32.eq").op("i32.and");
  f.if(product(p.m, [p.b, p.bRow], [p.a, p.aCol, p.aRow]));
}

function emitBlocks(
  f: FunctionBuilder,
  element: Element,
  kernels: GemmKernels,
  mapped: boolean,
  p: GemmParameters,
): void {
  const { bytes, log2 } = element;
  const { mc, nc } = blocksOf(element);
  const local = () => f.local("i32");
  const [i, j, l, rows, cols, depth] = [local(), local(), local(), local(), local(), local()];
  /** Pushes where a list goes on. */
  const entry = (list: number, at: number) => f.get(list).get(at).i32(2).op("i32.shl").op("i32.add");

  /** One operand: the lanes of A are its rows, those of B its columns; locals hold strides or lists. Mapped ones are never read where they lie. */
  const side = (base: number, lane: number, step: number, width: number, pack: number) => {
    const [direct, panels, panelLane, panelStep] = [local(), local(), local(), local()];
    const packed = width * bytes;
    return {
      direct,
      panels,
      panelLane,
      panelStep,
      /** After `direct` and `panels` are known. */
      prepare() {
        f.get(lane).i32(bytes).get(direct).op("select").set(panelLane);
        f.get(step).i32(packed).get(direct).op("select").set(panelStep);
      },
      pack(first: number, count: number) {
        const packed = () => f.get(count).get(depth).call(pack);
        if (mapped) {
          f.get(panels).get(base);
          entry(lane, first);
          entry(step, l);
          return packed();
        }
        f.get(direct).op("i32.eqz");
        return f.if(() => {
          address(f.get(panels), base, [first, lane], [l, step]);
          f.get(lane).get(step);
          packed();
        });
      },
      /** Pushes where the block starts. */
      start(first: number) {
        f.get(direct);
        f.if(
          () => address(f, base, [first, lane], [l, step]),
          () => f.get(panels),
          "i32",
        );
      },
      /** Pushes how far the next panel is. */
      panel() {
        f.get(panelLane).i32(width).op("i32.mul");
        f.i32(1).get(depth).get(direct).op("select").op("i32.mul");
      },
    };
  };
  const [packA, packB] = mapped ? [kernels.packMappedA, kernels.packMappedB] : [kernels.packA, kernels.packB];
  const a = side(p.a, p.aRow, p.aCol, MR, packA);
  const b = side(p.b, p.bCol, p.bRow, columnsOf(element), packB);

  if (!mapped) {
    f.get(p.n).i32(FEW_COLUMNS).op("i32.le_s").set(a.direct);
    f.get(p.m).i32(FEW_ROWS).op("i32.le_s").get(p.bCol).i32(bytes).op("i32.eq").op("i32.and").set(b.direct);
  }
  const roundUp = MR - 1;
  f.get(p.workspace).i32(SCRATCH_BYTES).op("i32.add").set(a.panels);
  f.get(p.m).i32(roundUp).op("i32.add").i32(~roundUp).op("i32.and").set(rows);
  minimum(f, rows, mc);
  minimum(f, p.k, KC).op("i32.mul").i32(log2).op("i32.shl").get(a.panels).op("i32.add").set(b.panels);
  a.prepare();
  b.prepare();

  forRange(f, j, p.n, nc, () => {
    remaining(f, cols, p.n, j, nc);
    forRange(f, l, p.k, KC, () => {
      remaining(f, depth, p.k, l, KC);
      b.pack(j, cols);
      forRange(f, i, p.m, mc, () => {
        remaining(f, rows, p.m, i, mc);
        a.pack(i, rows);
        f.get(rows).get(cols).get(depth);
        a.start(i);
        f.get(a.panelLane).get(a.panelStep);
        a.panel();
        b.start(j);
        f.get(b.panelStep);
        b.panel();
        address(f, p.c, [i, p.cRow]).get(j).i32(log2).op("i32.shl").op("i32.add").get(p.cRow);
        f.get(l).get(p.workspace).call(kernels.block);
      });
    });
  });
}
