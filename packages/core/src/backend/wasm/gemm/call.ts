import type { Skip } from "../../../graph/op.ts";
import type { Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf, type GemmAxis, type GemmKernel } from "../../../lower/ir/program.ts";
import type { ConstantPool } from "../abi/constant-pool.ts";
import { emitParallelLoop, extentOf, type KernelFunction, type KernelInfo } from "../abi/kernel-function.ts";
import { addScaled, pushAddress } from "../assembler/address.ts";
import { emitNestedLoops } from "../assembler/loops.ts";
import { type Float, workspaceBytes } from "./gemm.ts";
import { emitSkipZeros } from "./skip-zeros.ts";

type Axes = readonly GemmAxis[];
type Operand = "a" | "b" | "c";

/** A contraction as calls of a GEMM function: one for every point of the `free` axes. */
export interface GemmCall {
  readonly gemm: GemmKernel;
  readonly type: Float;
  /** Whether both operands have one stride along all axes of a kind, or are read through lists of offsets. */
  readonly addressing: "strided" | "mapped";
  readonly free: Axes;
  /** The axes that are rows of the function's result, its columns, and the axes that it sums over. */
  readonly m: Axes;
  readonly n: Axes;
  readonly k: Axes;
  readonly workspaceBytes: number;
}

const swappedSkip: Readonly<Record<Skip, Skip>> = { "": "", a: "b", b: "a", ab: "ab" };

/** The transposed problem: Cᵀ = Bᵀ·Aᵀ. */
function transposed(gemm: GemmKernel): GemmKernel {
  const swap = (axes: Axes) => axes.map((x) => ({ ...x, a: x.b, b: x.a }));
  const { a, b, batch, ms, ns, ks, skip } = gemm;
  const axes = { batch: swap(batch), ms: swap(ns), ns: swap(ms), ks: swap(ks) };
  return { ...gemm, a: b, b: a, ...axes, skip: swappedSkip[skip] };
}

/** The stride of the innermost axis. */
const strideOf = (axes: Axes, operand: Operand): number => axes.at(-1)?.[operand] ?? 0;

/** Whether the axes of an operand can be flattened to one of that stride. */
const hasUniformStride = (axes: Axes, operand: Operand): boolean =>
  axes.every((x, i) => i === 0 || axes[i - 1]?.[operand] === x[operand] * x.size);

/** The axes, outermost first, that flatten to one axis of the result with stride `c`. */
function flattenable(axes: Axes, c: number): Axes {
  const x = axes.find((x) => x.c === c);
  return x ? [...flattenable(axes, c * x.size), x] : [];
}

/** Divides the axes of a contraction between the GEMM function, whose columns are contiguous, and loops around its calls. */
export function gemmCall(original: GemmKernel): GemmCall {
  const hasContiguousAxis = (axes: Axes) => axes.some((x) => x.c === 1);
  const isTransposed = !hasContiguousAxis(original.ns) && hasContiguousAxis(original.ms);
  const gemm = isTransposed ? transposed(original) : original;
  const { batch, ms, ns, ks: k } = gemm;
  const type = gemm.out.dtype === "float64" ? "f64" : "f32";
  const n = flattenable(ns, 1);
  const m = ms.map((x) => flattenable(ms, x.c)).reduce((a, b) => (extentOf(b) > extentOf(a) ? b : a), []);
  const free = [...batch, ...ms, ...ns].filter((x) => !m.includes(x) && !n.includes(x));
  const isStrided =
    hasUniformStride(m, "a") &&
    hasUniformStride(n, "b") &&
    hasUniformStride(k, "a") &&
    hasUniformStride(k, "b");
  return {
    gemm,
    type,
    addressing: isStrided ? "strided" : "mapped",
    free,
    m,
    n,
    k,
    workspaceBytes: workspaceBytes(type, extentOf(m), extentOf(n), extentOf(k)),
  };
}

/** A part of the rows of the result: the locals of its first row and of the row past its last. */
type Rows = Pick<KernelFunction, "from" | "to">;

/**
 * Emits the calls of the GEMM function `func`. Calls of the kernel divide the free axes among them or, where there are none,
 * the rows of the result. Terms that `skip` excludes are found in the whole result, which is then not divided.
 */
export function emitGemm(
  kernel: KernelFunction,
  call: GemmCall,
  func: number,
  pool: ConstantPool,
): KernelInfo {
  const { f, base } = kernel;
  const { gemm, free, m, workspaceBytes } = call;
  const emitCall = (indices: readonly number[], rows?: Rows) =>
    emitCallAt(kernel, call, func, pool, indices, rows);
  if (gemm.skip) {
    emitNestedLoops(
      f,
      free.map((axis) => axis.size),
      (indices) => emitCall(indices),
    );
    emitSkipZeros(f, gemm, base);
    return { extent: 1, workspaceBytes };
  }
  if (free.length === 0) {
    emitCall([], kernel);
    return { extent: extentOf(m), workspaceBytes };
  }
  const axes = free.map(({ size }) => ({ size, index: f.local("i32") }));
  emitParallelLoop(kernel, axes, () => emitCall(axes.map(({ index }) => index)));
  return { extent: extentOf(axes), workspaceBytes };
}

/** Calls the GEMM function at one point of the free axes, for all rows or a part of them. */
function emitCallAt(
  { f, base, workspace }: KernelFunction,
  { gemm, addressing, free, m, n, k }: GemmCall,
  func: number,
  pool: ConstantPool,
  indices: readonly number[],
  rows?: Rows,
): void {
  const bytes = bytesOf[gemm.out.dtype];
  const isStrided = addressing === "strided";
  const rowStride = m.length > 0 ? strideOf(m, "c") : extentOf(n);

  /** Pushes the address of an operand's first element, given its stride from row to row. */
  const pushOperand = (operand: Operand, buffer: Buffer, offset: number, rowStride: number) => {
    const terms = free.map((axis, d) => [indices[d]!, axis[operand] * bytes] as const);
    pushAddress(f, base(buffer), terms, offset * bytes);
    if (rows && rowStride !== 0) addScaled(f, () => f.get(rows.from), rowStride * bytes);
  };
  /** Pushes the stride of an operand along axes, or the address of the list of its offsets. */
  const pushStride = (axes: Axes, operand: Operand) => {
    if (isStrided) f.i32(strideOf(axes, operand));
    else {
      const inBytes = axes.map((axis) => ({ size: axis.size, stride: axis[operand] * bytes }));
      pool.push(f, pool.offsets(inBytes, bytes));
    }
  };

  if (rows) f.get(rows.to).get(rows.from).op("i32.sub");
  else f.i32(extentOf(m));
  f.i32(extentOf(n)).i32(extentOf(k));
  pushOperand("a", gemm.a.buffer, gemm.a.offset, isStrided ? strideOf(m, "a") : 0);
  pushStride(m, "a");
  if (rows && !isStrided) addScaled(f, () => f.get(rows.from), 4);
  pushStride(k, "a");
  pushOperand("b", gemm.b.buffer, gemm.b.offset, 0);
  pushStride(k, "b");
  pushStride(n, "b");
  pushOperand("c", gemm.out, 0, rowStride);
  f.i32(rowStride).get(workspace).call(func);
}
