import { maySupplant } from "./in-place.ts";
import type { Buffer } from "./kernel.ts";
import { bytesOf, type Kernel, type Program } from "./program.ts";

/** Where the buffers that only the program sees lie, as offsets into one block of `bytes`. */
export interface Plan {
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

/** The buffers that a kernel reads or writes. */
export function buffersOf(kernel: Kernel): Buffer[] {
  if (kernel.kind === "product") return [kernel.out, kernel.a.buffer, kernel.b.buffer];
  if (kernel.kind === "scatter") return [kernel.out, kernel.x, kernel.index, kernel.src];
  if (kernel.kind === "recur") return [kernel.out, kernel.a, kernel.b];
  if (kernel.kind === "join") return [...new Set([kernel.out, ...kernel.parts])];
  const read = kernel.args.flatMap((x) => (x.kind === "load" || x.kind === "gather" ? [x.buffer] : []));
  const written = kernel.loops.flatMap((l) => l.tasks.flatMap((t) => (t.store ? [t.store.buffer] : [])));
  return [...new Set([...read, ...written])];
}

/** Vectors may be read up to this far beyond the end of a buffer. */
const slack = 32;
const sizeInBytes = (b: Buffer): number => Math.ceil((b.size * bytesOf[b.dtype] + slack) / 16) * 16;

/**
 * Lays out scratch buffers so that those alive at the same time do not overlap: each takes the place of one that its kernel is
 * the last to read, where it may be written over that, or the first gap that fits.
 */
export function planMemory({ kernels, buffers, inputs, outputs }: Program): Plan {
  const outside = new Set([...inputs, ...outputs]);
  const first = new Map<Buffer, number>();
  const last = new Map<Buffer, number>();
  kernels.forEach((kernel, k) => {
    for (const b of buffersOf(kernel)) {
      if (!first.has(b)) first.set(b, k);
      last.set(b, k);
    }
  });
  const starting: Buffer[][] = kernels.map(() => []);
  for (const buffer of buffers)
    if (!outside.has(buffer) && first.has(buffer)) starting[first.get(buffer) as number]?.push(buffer);
  const offsets = new Map<Buffer, number>();
  let bytes = 0;
  let alive: { readonly buffer: Buffer; readonly from: number; readonly to: number }[] = [];
  starting.forEach((entering, k) => {
    alive = alive.filter((p) => (last.get(p.buffer) as number) >= k);
    const kernel = kernels[k] as Kernel;
    for (const buffer of entering) {
      const size = sizeInBytes(buffer);
      let from = 0;
      const over = alive.findIndex(
        (p) =>
          kernel.kind === "nest" &&
          last.get(p.buffer) === k &&
          first.get(p.buffer) !== k &&
          maySupplant(kernel, buffer, p.buffer),
      );
      const supplanted = alive[over];
      if (supplanted) {
        alive[over] = { ...supplanted, buffer };
        offsets.set(buffer, supplanted.from);
        continue;
      }
      const gap = alive.findIndex((p) => {
        if (from + size <= p.from) return true;
        from = p.to;
        return false;
      });
      alive.splice(gap < 0 ? alive.length : gap, 0, { buffer, from, to: from + size });
      offsets.set(buffer, from);
      bytes = Math.max(bytes, from + size);
    }
  });
  return { offsets, bytes };
}
