import type { Buffer } from "../../../lower/ir/kernel.ts";
import { FunctionBuilder, type ValType } from "../assembler/assembler.ts";
import { emitDoWhile } from "../assembler/loops.ts";

/**
 * The parameters of a kernel. `operands` is a list of its buffers, each as the offset of its address in the table, so that equal
 * nests share one function. A call computes the points `from` ≤ p < `to` of the kernel's parallel extent, with `workspace`
 * for intermediate values: calls of disjoint ranges give the same bits in any order.
 */
const locals = { table: 0, operands: 1, from: 2, to: 3, workspace: 4 };

/** A kernel under construction, and the locals that its code refers to. */
export interface KernelFunction extends Readonly<typeof locals> {
  readonly f: FunctionBuilder;
  /** The local that holds the address of a buffer. */
  readonly base: (buffer: Buffer) => number;
}

/** The facts of a kernel that its caller needs. */
export interface KernelInfo {
  /** The number of points that calls may divide among them; 1 for a kernel that is computed as a whole. */
  readonly extent: number;
  readonly workspaceBytes: number;
}

/** Starts a kernel; it loads the addresses of its buffers once. */
export function kernelFunction(buffers: readonly Buffer[]): KernelFunction {
  const f = new FunctionBuilder(
    Object.values(locals).map((): ValType => "i32"),
    [],
  );
  const bases = new Map(buffers.map((buffer) => [buffer, f.local("i32")]));
  [...bases.values()].forEach((base, k) => {
    f.get(locals.table).get(locals.operands);
    f.op("i32.load", 2, 4 * k)
      .op("i32.add")
      .op("i32.load", 2, 0)
      .set(base);
  });
  return {
    f,
    ...locals,
    base: (buffer) => bases.get(buffer)!,
  };
}

/** A parallel axis of a kernel, and the local of its index. */
export interface ParallelAxis {
  readonly size: number;
  readonly index: number;
}

/** The number of points of parallel axes. */
export const extentOf = (axes: readonly { readonly size: number }[]): number =>
  axes.reduce((n, axis) => n * axis.size, 1);

/** Sets the indices to those of a flattened index. */
function emitUnflatten(f: FunctionBuilder, flat: number, axes: readonly ParallelAxis[]): void {
  const rest = f.local("i32");
  f.get(flat).set(rest);
  for (const { index, size } of [...axes].reverse()) {
    f.get(rest).i32(size).op("i32.rem_u").set(index);
    f.get(rest).i32(size).op("i32.div_u").set(rest);
  }
}

/** Advances the indices by one point, the last fastest. */
function emitIncrement(f: FunctionBuilder, axes: readonly ParallelAxis[]): void {
  const last = axes.at(-1);
  if (!last) return;
  f.get(last.index).i32(1).op("i32.add").tee(last.index).i32(last.size).op("i32.eq");
  f.if(() => {
    f.i32(0).set(last.index);
    emitIncrement(f, axes.slice(0, -1));
  });
}

/** Emits `for (p = from; p < to; p++) body()`, where p is the flattened index of the axes; without axes, the body once. */
export function emitParallelLoop(
  { f, from, to }: KernelFunction,
  axes: readonly ParallelAxis[],
  body: () => void,
): void {
  const [outermost, ...inner] = axes;
  if (!outermost) return body();
  if (extentOf(axes) === 0) return;
  const point = inner.length === 0 ? outermost.index : f.local("i32");
  f.get(from).set(point);
  if (inner.length > 0) emitUnflatten(f, from, axes);
  f.get(point).get(to).op("i32.lt_s");
  f.if(() =>
    emitDoWhile(
      f,
      () => {
        body();
        if (inner.length > 0) emitIncrement(f, axes);
      },
      () => f.get(point).i32(1).op("i32.add").tee(point).get(to).op("i32.lt_s"),
    ),
  );
}
