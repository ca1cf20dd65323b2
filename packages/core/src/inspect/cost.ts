import { type DType, isFloat } from "../dtype.ts";
import { pointCount } from "../lower/ir/axes.ts";
import { buffersOf } from "../lower/ir/buffers.ts";
import type { Index } from "../lower/ir/index-map.ts";
import type { Arg, Axis, Buffer, Loop, Nest, Statement } from "../lower/ir/kernel.ts";
import { bytesOf, type Kernel } from "../lower/ir/program.ts";
import { type Expr, subexpressions } from "../scalar/expr.ts";
import { linearize } from "../scalar/linearize.ts";
import { sizeOf } from "../shape.ts";

/** The cost of one run of a kernel, on any machine. */
export interface Cost {
  /** Floating-point operations: primitives of expressions, and one for each element that a reduction combines. */
  readonly flop: number;
  /** Bytes of the elements that are read, and of those that are written; each element counts once. */
  readonly read: number;
  readonly written: number;
}

/** The elements read of each buffer, at most all of them. */
class Reads {
  readonly #elements = new Map<Buffer, number>();

  add(buffer: Buffer, elements: number): void {
    this.#elements.set(buffer, Math.min(buffer.size, elements + (this.#elements.get(buffer) ?? 0)));
  }

  get bytes(): number {
    return [...this.#elements].reduce((sum, [b, n]) => sum + n * bytesOf[b.dtype], 0);
  }
}

/** The maximum number of values of an index while its loops run. */
const valueCount = ({ low, high, terms }: Index): number =>
  Math.min(
    high - low + 1,
    terms.reduce((n, { atom }) => n * (atom.kind === "loop" ? atom.size : Infinity), 1),
  );

/** The arguments that a loop reads, those in the indices of gathers included. */
function argumentsOf(statements: readonly Statement[], args: readonly Arg[]): Set<Arg> {
  const found = new Set<Arg>();
  const roots = statements.map((statement) => statement.value);
  for (let next = roots.pop(); next; next = roots.pop())
    for (const e of subexpressions([next])) {
      const x = e.kind === "arg" ? args[e.index] : undefined;
      if (!x || found.has(x)) continue;
      found.add(x);
      if (x.kind === "gather") roots.push(x.at);
    }
  return found;
}

/** Floating-point operations of expressions over arguments of these dtypes. */
export function floatOpsIn(values: readonly Expr[], types: readonly DType[]): number {
  const { instructions } = linearize(values, types);
  return instructions.filter(({ kind, type }) => kind === "apply" && type && isFloat(type)).length;
}

/** Floating-point operations at one point of a loop. */
function flopOf({ statements }: Loop, args: readonly Arg[]): number {
  const values = statements.map((statement) => statement.value);
  const types = args.map((x) => x.type);
  const { instructions, outputs } = linearize(values, types);
  const combined = statements.filter(({ reduce }, k) => {
    const type = instructions[outputs[k] ?? -1]?.type;
    return reduce && type && isFloat(type);
  });
  return floatOpsIn(values, types) + combined.length;
}

function nestCost({ outerAxes, loops, args }: Nest): Cost {
  const reads = new Reads();
  const written = new Set<Buffer>();
  const seen = new Set<Arg>();
  let flop = 0;
  const points = (axes: readonly Axis[]) => pointCount(outerAxes) * pointCount(axes);
  for (const loop of loops) {
    flop += points(loop.axes) * flopOf(loop, args);
    for (const { store } of loop.statements) if (store) written.add(store.buffer);
    for (const x of argumentsOf(loop.statements, args)) {
      if (seen.has(x)) continue;
      seen.add(x);
      if (x.kind === "load")
        reads.add(x.buffer, x.guard === null ? 0 : Math.min(points(loop.axes), valueCount(x.index)));
      if (x.kind === "gather") reads.add(x.buffer, points(loop.axes));
    }
  }
  return {
    flop,
    read: reads.bytes,
    written: [...written].reduce((sum, b) => sum + b.size * bytesOf[b.dtype], 0),
  };
}

/** The cost of one run of a kernel. */
export function costOfKernel(kernel: Kernel): Cost {
  if (kernel.kind === "nest") return nestCost(kernel);
  const { out } = kernel;
  const written = out.size * bytesOf[out.dtype];
  const reads = new Reads();
  if (kernel.kind === "gemm") {
    const axes = [...kernel.batch, ...kernel.ms, ...kernel.ns, ...kernel.ks];
    reads.add(kernel.a.buffer, pointCount(axes.filter((x) => x.a !== 0)));
    reads.add(kernel.b.buffer, pointCount(axes.filter((x) => x.b !== 0)));
    return { flop: 2 * pointCount(axes), read: reads.bytes, written };
  }
  for (const b of buffersOf(kernel)) if (b !== out) reads.add(b, b.size);
  if (kernel.kind === "concat" || kernel.kind === "host") return { flop: 0, read: reads.bytes, written };
  const each =
    kernel.kind === "scan" ? 2 * out.size : kernel.mode === "scatterAdd" ? sizeOf(kernel.indexShape) : 0;
  return { flop: isFloat(out.dtype) ? each : 0, read: reads.bytes, written };
}
