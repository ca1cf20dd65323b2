import type { FunctionBuilder } from "./assembler.ts";
import {
  address,
  columnsOf,
  type Element,
  elements,
  type Float,
  forRange,
  MR,
  minimum,
  procedure,
  remaining,
} from "./gemm-code.ts";

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
  readonly rows: number;
  readonly columns: number;
}

/** Functions that pack an operand instead of `packA` and `packB`; see `emitGemm`. */
export interface Packs {
  readonly packA?: number | undefined;
  readonly packB?: number | undefined;
}

/**
 * The loops over blocks: `C (+)= A · B` as the function
 *
 *     gemm(m, n, k,  a, aRow, aCol,  b, bRow, bCol,  c, cRow, accumulate, workspace)
 *
 * of i32, with strides in elements (zero, or anything else that stays in memory) and c, cRow for rows of C that are
 * side by side. With a pack function of its own an operand has no strides, and `a` (or `b`) is any i32 that the
 * function understands: an address, or the number of a batch.
 *
 *     packA(to, a, first, count, k0, k)   writes A[first + i, k0 + j] for 0 ≤ i < count, 0 ≤ j < k, to
 *         to + bytes · (⌊i / 4⌋ · 4 · k + 4 · j + i mod 4)
 *     packB(to, b, first, count, k0, k)   writes B[k0 + j, first + i] for 0 ≤ i < count, 0 ≤ j < k, to
 *         to + bytes · (⌊i / w⌋ · w · k + w · j + i mod w)           with w = 8 for f32, 4 for f64
 *
 * In words: panels of 4 rows (w columns) one after another, in each all lanes of one k side by side, then the next k.
 * The last panel has its full size; its lanes past `count` may hold anything. `to` is a multiple of 16; 1 ≤ count, a
 * multiple of w in all calls but the last, and 1 ≤ k ≤ 256. B is packed once, A once for each 512 (f64: 256) columns of C.
 *
 * Every element of C is the same sum in the same order, whatever the shape, the strides, the packing or the division of
 * rows and columns among threads: from +0 in the order of k within each block of 256, the blocks added in their order.
 *
 * Strided operands are read up to 28 bytes past their last element, which must be memory; what stands there does not matter.
 */
export function emitGemm(type: Float, kernels: GemmKernels, packs: Packs = {}): FunctionBuilder {
  const element = elements[type];
  const [f, p] = procedure([
    ...(["m", "n", "k", "a"] as const),
    ...(packs.packA === undefined ? (["aRow", "aCol"] as const) : []),
    "b",
    ...(packs.packB === undefined ? (["bRow", "bCol"] as const) : []),
    ...(["c", "cRow", "accumulate", "workspace"] as const),
  ]);
  const toBytes = (stride: number) => f.get(stride).i32(element.log2).op("i32.shl").set(stride);
  const local = () => f.local("i32");
  /** A packed operand has no strides; that it is never read where it lies makes what stands for them idle. */
  const given: GemmParameters = {
    ...p,
    aRow: p.aRow ?? local(),
    aCol: p.aCol ?? local(),
    bRow: p.bRow ?? local(),
    bCol: p.bCol ?? local(),
  };
  for (const stride of [given.aRow, given.aCol, given.bRow, given.bCol, given.cRow]) toBytes(stride);

  f.get(p.m).op("i32.eqz");
  f.if(() => f.return());
  f.get(p.k).op("i32.eqz");
  f.if(() => {
    emitZeros(f, element, given);
    f.return();
  });
  if (packs.packA === undefined && packs.packB === undefined) emitVectorProducts(f, element, kernels, given);
  emitBlocks(f, element, kernels, packs, given);
  return f;
}

type GemmParameters = Record<
  "m" | "n" | "k" | "a" | "aRow" | "aCol" | "b" | "bRow" | "bCol" | "c" | "cRow" | "accumulate" | "workspace",
  number
>;

/** The sum of nothing. */
function emitZeros(f: FunctionBuilder, { log2 }: Element, p: GemmParameters): void {
  const i = f.local("i32");
  f.get(p.accumulate).if(() => f.return());
  forRange(f, i, p.m, 1, () => {
    address(f, p.c, [i, p.cRow]).i32(0).get(p.n).i32(log2).op("i32.shl").op("memory.fill");
  });
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

  /** y[n] (+)= x · B with the kernel for B's strides. */
  const product =
    (n: number, [x, xStep]: [number, number], [b, row, col]: [number, number, number]) =>
    () => {
      const by = (kernel: number, stride: number) => () => {
        forRange(f, j, n, nc, () => {
          remaining(f, cols, n, j, nc);
          forRange(f, l, p.k, KC, () => {
            remaining(f, depth, p.k, l, KC);
            f.get(cols).get(depth);
            address(f, x, [l, xStep]).get(xStep);
            address(f, b, [l, row], [j, col]).get(stride);
            f.get(p.c).get(j).i32(log2).op("i32.shl").op("i32.add");
            f.get(p.accumulate).get(l).op("i32.or").get(p.workspace).call(kernel);
          });
        });
        f.return();
      };
      f.get(col).i32(bytes).op("i32.eq").if(by(kernels.rows, row));
      f.get(row).i32(bytes).op("i32.eq").if(by(kernels.columns, col));
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
  packs: Packs,
  p: GemmParameters,
): void {
  const { bytes, log2 } = element;
  const { mc, nc } = blocksOf(element);
  const local = () => f.local("i32");
  const [i, j, l, rows, cols, depth] = [local(), local(), local(), local(), local(), local()];

  /** One operand: the lanes of A are its rows, those of B its columns. Locals hold strides and steps. */
  const side = (
    base: number,
    lane: number,
    step: number,
    width: number,
    pack: number | undefined,
    shared: number,
  ) => {
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
        if (pack !== undefined) f.get(panels).get(base).get(first).get(count).get(l).get(depth).call(pack);
        else {
          f.get(direct).op("i32.eqz");
          f.if(() => {
            address(f.get(panels), base, [first, lane], [l, step]);
            f.get(lane).get(step).get(count).get(depth).call(shared);
          });
        }
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
  const a = side(p.a, p.aRow, p.aCol, MR, packs.packA, kernels.packA);
  const b = side(p.b, p.bCol, p.bRow, columnsOf(element), packs.packB, kernels.packB);

  if (packs.packA === undefined) f.get(p.n).i32(FEW_COLUMNS).op("i32.le_s").set(a.direct);
  if (packs.packB === undefined) {
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
        f.get(p.accumulate).get(l).op("i32.or").get(p.workspace).call(kernels.block);
      });
    });
  });
}
