import { isFloat } from "../dtype.ts";
import { buffersOf } from "../lower/ir/buffers.ts";
import type { Index } from "../lower/ir/index-map.ts";
import type { Arg, Axis, Buffer, Loop, Nest, Statement } from "../lower/ir/kernel.ts";
import { bytesOf, type Kernel } from "../lower/ir/program.ts";
import { subexpressions } from "../scalar/expr.ts";
import { linearize } from "../scalar/linearize.ts";
import { sizeOf } from "../shape.ts";

/** What one run of a kernel comes to, whatever machine runs it. */
export interface Cost {
  /** Operations on floating-point numbers: words of formulas, and one for every element that is combined with others. */
  readonly flop: number;
  /** Bytes of the elements read, and of those written: each counts once, however often that happens. */
  readonly read: number;
  readonly written: number;
}

const product = (axes: readonly { readonly size: number }[]): number => axes.reduce((n, x) => n * x.size, 1);

/** Adds what is read of each buffer, never more than there is. */
class Reads {
  readonly #elements = new Map<Buffer, number>();

  add(buffer: Buffer, elements: number): void {
    this.#elements.set(buffer, Math.min(buffer.size, elements + (this.#elements.get(buffer) ?? 0)));
  }

  get bytes(): number {
    return [...this.#elements].reduce((sum, [b, n]) => sum + n * bytesOf[b.dtype], 0);
  }
}

/** How many places an index can name while its loops run. */
const placesOf = ({ low, high, terms }: Index): number =>
  Math.min(
    high - low + 1,
    terms.reduce((n, { atom }) => n * (atom.kind === "loop" ? atom.size : Infinity), 1),
  );

/** What the formulas of a loop read: their arguments, and those that say where others lie. */
function argumentsOf(statements: readonly Statement[], args: readonly Arg[]): Set<Arg> {
  const met = new Set<Arg>();
  const roots = statements.map((t) => t.value);
  for (let next = roots.pop(); next; next = roots.pop())
    for (const e of subexpressions([next])) {
      const x = e.kind === "arg" ? args[e.index] : undefined;
      if (!x || met.has(x)) continue;
      met.add(x);
      if (x.kind === "gather") roots.push(x.at);
    }
  return met;
}

/** Operations on floats at one point of a loop. */
function flopOf({ statements }: Loop, args: readonly Arg[]): number {
  const { instructions, outputs } = linearize(
    statements.map((t) => t.value),
    args.map((x) => x.type),
  );
  const float = (step: number | undefined) => isFloat(instructions[step ?? -1]?.type ?? "bool");
  const worked = instructions.filter((step, k) => step.kind === "word" && float(k)).length;
  return worked + statements.filter((t, k) => t.reduce && float(outputs[k])).length;
}

function nestCost({ outerAxes, loops, args }: Nest): Cost {
  const reads = new Reads();
  const written = new Set<Buffer>();
  const seen = new Set<Arg>();
  let flop = 0;
  const points = (axes: readonly Axis[]) => product(outerAxes) * product(axes);
  for (const loop of loops) {
    flop += points(loop.axes) * flopOf(loop, args);
    for (const { store } of loop.statements) if (store) written.add(store.buffer);
    for (const x of argumentsOf(loop.statements, args)) {
      if (seen.has(x)) continue;
      seen.add(x);
      if (x.kind === "load")
        reads.add(x.buffer, x.guard === null ? 0 : Math.min(points(loop.axes), placesOf(x.index)));
      if (x.kind === "gather") reads.add(x.buffer, points(loop.axes));
    }
  }
  return {
    flop,
    read: reads.bytes,
    written: [...written].reduce((sum, b) => sum + b.size * bytesOf[b.dtype], 0),
  };
}

/** What one run of a kernel comes to. */
export function costOfKernel(kernel: Kernel): Cost {
  if (kernel.kind === "nest") return nestCost(kernel);
  const { out } = kernel;
  const written = out.size * bytesOf[out.dtype];
  const reads = new Reads();
  if (kernel.kind === "product") {
    const axes = [...kernel.batch, ...kernel.ms, ...kernel.ns, ...kernel.ks];
    reads.add(kernel.a.buffer, product(axes.filter((x) => x.a !== 0)));
    reads.add(kernel.b.buffer, product(axes.filter((x) => x.b !== 0)));
    return { flop: 2 * product(axes), read: reads.bytes, written };
  }
  for (const b of buffersOf(kernel)) if (b !== out) reads.add(b, b.size);
  if (kernel.kind === "join") return { flop: 0, read: reads.bytes, written };
  const each =
    kernel.kind === "recur" ? 2 * out.size : kernel.mode === "scatterAdd" ? sizeOf(kernel.indexShape) : 0;
  return { flop: isFloat(out.dtype) ? each : 0, read: reads.bytes, written };
}
