import type { Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf, type GemmAxis, type GemmKernel } from "../../../lower/ir/program.ts";
import { pushElementAddress } from "../assembler/address.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitNestedLoops } from "../assembler/loops.ts";
import { type Float, workspaceBytes } from "./gemm.ts";

type Axes = readonly GemmAxis[];
type Operand = "a" | "b" | "c";

/** A product as calls of the matrix kernel: one for every point of the `free` axes. */
export interface GemmCall {
  readonly product: GemmKernel;
  readonly type: Float;
  /** Whether both operands go through the axes of each kind in equal steps. */
  readonly kernel: "strided" | "mapped";
  readonly free: Axes;
  /** The axes that are rows of the kernel's result, those that are its columns, and those that it sums over. */
  readonly m: Axes;
  readonly n: Axes;
  readonly k: Axes;
  readonly workspace: number;
}

/** A product seen from the other side: Cᵀ = Bᵀ·Aᵀ. */
const transposed = (p: GemmKernel): GemmKernel => {
  const swap = (axes: Axes) => axes.map((x) => ({ ...x, a: x.b, b: x.a }));
  return { ...p, a: p.b, b: p.a, batch: swap(p.batch), ms: swap(p.ns), ns: swap(p.ms), ks: swap(p.ks) };
};

const sizeOf = (axes: Axes): number => axes.reduce((n, x) => n * x.size, 1);

/** The step of the innermost axis, and whether the others go on by as much. */
const stepOf = (axes: Axes, operand: Operand): number => axes.at(-1)?.[operand] ?? 0;
const isEven = (axes: Axes, operand: Operand): boolean =>
  axes.every((x, i) => i === 0 || axes[i - 1]?.[operand] === x[operand] * x.size);

/** The axes, outermost first, that the result goes through in equal steps of `c`. */
function chain(axes: Axes, c: number): Axes {
  const x = axes.find((x) => x.c === c);
  return x ? [...chain(axes, c * x.size), x] : [];
}

/** How the matrix kernel, whose columns lie side by side, works a product out. */
export function gemmCall(given: GemmKernel): GemmCall {
  const hasColumns = (axes: Axes) => axes.some((x) => x.c === 1);
  const product = !hasColumns(given.ns) && hasColumns(given.ms) ? transposed(given) : given;
  const { batch, ms, ns, ks: k } = product;
  const type = product.out.dtype === "float64" ? "f64" : "f32";
  const n = chain(ns, 1);
  const m = ms.map((x) => chain(ms, x.c)).reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a), []);
  const free = [...batch, ...ms, ...ns].filter((x) => !m.includes(x) && !n.includes(x));
  const strided = isEven(m, "a") && isEven(n, "b") && isEven(k, "a") && isEven(k, "b");
  const workspace = workspaceBytes(type, sizeOf(m), sizeOf(n), sizeOf(k));
  return { product, type, kernel: strided ? "strided" : "mapped", free, m, n, k, workspace };
}

/** Lists of words that stand one behind the other: places that products read through, and where buffers are. */
export class OffsetTables {
  readonly words: number[] = [];
  readonly #known = new Map<string, number>();

  /** Where a list begins. */
  list(words: readonly number[]): number {
    const start = this.words.length;
    for (const word of words) this.words.push(word);
    return start;
  }

  /** Where the list of places with these steps, in bytes, begins; it goes on for three elements behind its last. */
  of(axes: readonly { readonly size: number; readonly step: number }[], bytes: number): number {
    const key = `${axes.map((x) => `${x.size}·${x.step}`)} ${bytes}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const start = this.words.length;
    this.#known.set(key, start);
    let list = [0];
    for (const { size, step } of axes)
      list = list.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * step));
    const last = list.at(-1) ?? 0;
    for (const place of list) this.words.push(place);
    for (const i of [1, 2, 3]) this.words.push(last + i * bytes);
    return start;
  }
}

/** What the calls need from around them. */
export interface GemmContext {
  readonly base: (buffer: Buffer) => number;
  /** The matrix kernel that the product names. */
  readonly gemm: number;
  readonly places: OffsetTables;
  /** Puts the address of a list of places on the stack. */
  readonly pushList: (start: number) => void;
  readonly pushWorkspace: () => void;
}

/** Calls the matrix kernel for every point of the axes that it does not take itself. */
export function emitGemmCall(
  f: FunctionBuilder,
  { product, kernel, free, m, n, k }: GemmCall,
  { base, gemm, places, pushList, pushWorkspace }: GemmContext,
): void {
  const bytes = bytesOf[product.out.dtype];
  const pushSteps = (axes: Axes, operand: Operand) => {
    if (kernel === "strided") f.i32(stepOf(axes, operand));
    else {
      const steps = axes.map((x) => ({ size: x.size, step: x[operand] * bytes }));
      pushList(places.of(steps, bytes));
    }
  };
  const sizes = free.map((x) => x.size);
  emitNestedLoops(f, sizes, (counters) => {
    const place = (operand: Operand, buffer: Buffer, start = 0) => {
      const steps = free.map((x) => x[operand]);
      pushElementAddress(f, base(buffer), counters, steps, bytes, start);
    };
    f.i32(sizeOf(m)).i32(sizeOf(n)).i32(sizeOf(k));
    place("a", product.a.buffer, product.a.offset);
    pushSteps(m, "a");
    pushSteps(k, "a");
    place("b", product.b.buffer, product.b.offset);
    pushSteps(k, "b");
    pushSteps(n, "b");
    place("c", product.out);
    f.i32(m.length > 0 ? stepOf(m, "c") : sizeOf(n));
    pushWorkspace();
    f.call(gemm);
  });
}
