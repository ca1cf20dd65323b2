import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitForRange } from "../assembler/loops.ts";
import { blocksOf, KC, SCRATCH_BYTES } from "./blocking.ts";
import {
  address,
  columnsOf,
  type Element,
  elements,
  emitBlockLoop,
  emitFunction,
  type Float,
  type GemmKernels,
  type GemmParameters,
  gemmParameters,
  MR,
  minimum,
} from "./code.ts";
import { GemmOperand } from "./operand.ts";
import { emitVectorProducts } from "./vector.ts";

/** Up to so many columns of B (rows of A), packing A (B) costs more than it saves. */
const MAX_NARROW_COLUMNS = 12;
const MAX_SKINNY_ROWS = 32;

/**
 * A GEMM function: `C = A · B`, where element (i, j) of A is at
 *
 *     strided: a + bytes · (i · aRow + j · aCol), for any strides within memory, zero and negative ones too;
 *     mapped:  a + aRow[i] + aCol[j], of two lists of byte offsets (i32) that aRow and aCol are the addresses of,
 *
 * and B likewise. The columns of C are contiguous, its rows `cRow` elements apart. A list has 3 more offsets than elements,
 * `bytes` apart.
 *
 * Every element of C is the same sum in the same order, for any shape, any strides and any division of rows and columns among
 * threads: from +0 in the order of k within each block of 256, the blocks added in their order.
 *
 * Operands are read up to 28 bytes past their last element, which must be memory; its contents do not matter.
 */
export function emitGemmFunction(type: Float, kernels: GemmKernels, mapped: boolean): FunctionBuilder {
  const element = elements[type];
  const [f, p] = emitFunction(gemmParameters);
  const strides = mapped ? [p.cRow] : [p.aRow, p.aCol, p.bRow, p.bCol, p.cRow];
  for (const stride of strides) f.get(stride).i32(element.log2).op("i32.shl").set(stride);
  f.get(p.m).op("i32.eqz");
  f.if(() => f.return());
  f.get(p.k).op("i32.eqz");
  f.if(() => {
    emitEmptySums(f, element, p);
    f.return();
  });
  if (!mapped) emitVectorProducts(f, element, kernels, p);
  emitBlocks(f, element, kernels, mapped, p);
  return f;
}

/** C = 0, for k = 0. */
function emitEmptySums(f: FunctionBuilder, { log2 }: Element, p: GemmParameters): void {
  const i = f.local("i32");
  emitForRange(f, i, p.m, 1, () => {
    address(f, p.c, [i, p.cRow]).i32(0).get(p.n).i32(log2).op("i32.shl").op("memory.fill");
  });
}

/**
 * The three outer loops of BLIS, jc over columns, pc over k and ic over rows, around the block kernel with the inner two; B is
 * packed once for each (jc, pc), A once for each block.
 */
function emitBlocks(
  f: FunctionBuilder,
  element: Element,
  kernels: GemmKernels,
  mapped: boolean,
  p: GemmParameters,
): void {
  const { bytes, log2 } = element;
  const blocks = blocksOf(element);
  const local = () => f.local("i32");
  const [i, j, l, rows, cols, depth] = [local(), local(), local(), local(), local(), local()];
  const jc = { index: j, limit: p.n, block: blocks.nc, size: cols };
  const pc = { index: l, limit: p.k, block: KC, size: depth };
  const ic = { index: i, limit: p.m, block: blocks.mc, size: rows };

  const packA = mapped ? kernels.packMappedA : kernels.packA;
  const packB = mapped ? kernels.packMappedB : kernels.packB;
  const shared = { bytes, mapped, k: pc };
  const a = new GemmOperand(f, { ...shared, base: p.a, lane: p.aRow, step: p.aCol, width: MR, pack: packA });
  const b = new GemmOperand(f, {
    ...shared,
    base: p.b,
    lane: p.bCol,
    step: p.bRow,
    width: columnsOf(element),
    pack: packB,
  });

  if (!mapped) {
    f.get(p.n).i32(MAX_NARROW_COLUMNS).op("i32.le_s").set(a.direct);
    f.get(p.m).i32(MAX_SKINNY_ROWS).op("i32.le_s");
    f.get(p.bCol).i32(bytes).op("i32.eq").op("i32.and").set(b.direct);
  }
  // The workspace: scratch of a partial tile, the panels of A, the panels of B.
  f.get(p.workspace).i32(SCRATCH_BYTES).op("i32.add").set(a.panels);
  f.get(p.m)
    .i32(MR - 1)
    .op("i32.add")
    .i32(-MR)
    .op("i32.and")
    .set(rows);
  minimum(f, rows, blocks.mc);
  minimum(f, p.k, KC).op("i32.mul").i32(log2).op("i32.shl").get(a.panels).op("i32.add").set(b.panels);
  a.setStrides();
  b.setStrides();

  emitBlockLoop(f, jc, () =>
    emitBlockLoop(f, pc, () => {
      b.emitPack(jc);
      emitBlockLoop(f, ic, () => {
        a.emitPack(ic);
        f.get(ic.size).get(jc.size).get(pc.size);
        a.pushStart(ic);
        f.get(a.laneStride).get(a.stepStride);
        a.pushPanelStride();
        b.pushStart(jc);
        f.get(b.stepStride);
        b.pushPanelStride();
        address(f, p.c, [ic.index, p.cRow]).get(jc.index).i32(log2).op("i32.shl").op("i32.add").get(p.cRow);
        // Blocks of k past the first add to C.
        f.get(pc.index).get(p.workspace).call(kernels.block);
      });
    }),
  );
}
