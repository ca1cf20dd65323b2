import { buffersOf } from "../ir/buffers.ts";
import type { Buffer } from "../ir/kernel.ts";
import { bytesOf, type Program } from "../ir/program.ts";
import { canAlias } from "./in-place.ts";

/** Where the buffers that only the program sees lie, as offsets into one block of `bytes`. */
export interface MemoryPlan {
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

/** Vectors may be read up to this far beyond the end of a buffer. */
const slack = 32;
const sizeInBytes = (b: Buffer): number => Math.ceil((b.size * bytesOf[b.dtype] + slack) / 16) * 16;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** An endless block of memory, of which the first gap that fits is taken. */
class Gaps {
  /** What is free, in order. */
  readonly #free: Stretch[] = [{ from: 0, to: Number.POSITIVE_INFINITY }];

  take(size: number): number {
    const k = this.#free.findIndex(({ from, to }) => to - from >= size);
    const { from, to } = this.#free[k] as Stretch;
    this.#free.splice(k, 1, ...(to - from === size ? [] : [{ from: from + size, to }]));
    return from;
  }

  /** Frees what was taken, which joins what is free beside it. */
  give({ from, to }: Stretch): void {
    const next = this.#free.findIndex((gap) => gap.from >= to);
    const [before, after] = [this.#free[next - 1], this.#free[next] as Stretch];
    const joins = before?.to === from;
    const gap = { from: joins ? before.from : from, to: after.from === to ? after.to : to };
    this.#free.splice(joins ? next - 1 : next, Number(joins) + Number(after.from === to), gap);
  }
}

/**
 * Lays out scratch buffers so that those alive at the same time do not overlap: each takes the place of one that its kernel is
 * the last to read, where it may be written over that, or the first gap that fits.
 */
export function planMemory({ kernels, inputs, outputs }: Program): MemoryPlan {
  const outside = new Set([...inputs, ...outputs]);
  const used = kernels.map((kernel) => buffersOf(kernel).filter((b) => !outside.has(b)));
  const first = new Map<Buffer, number>();
  const last = new Map<Buffer, number>();
  used.forEach((buffers, k) => {
    for (const b of buffers) {
      if (!first.has(b)) first.set(b, k);
      last.set(b, k);
    }
  });
  const offsets = new Map<Buffer, number>();
  const gaps = new Gaps();
  let bytes = 0;
  kernels.forEach((kernel, k) => {
    const all = (used[k] as Buffer[]).sort((a, b) => a.id - b.id);
    const ending = new Set(all.filter((b) => last.get(b) === k));
    for (const buffer of all) {
      if (first.get(buffer) !== k) continue;
      const supplanted = [...ending].find(
        (b) => kernel.kind === "nest" && first.get(b) !== k && canAlias(kernel, buffer, b),
      );
      const size = sizeInBytes(buffer);
      if (supplanted) ending.delete(supplanted);
      const from = supplanted ? (offsets.get(supplanted) as number) : gaps.take(size);
      offsets.set(buffer, from);
      bytes = Math.max(bytes, from + size);
    }
    for (const b of ending) {
      const from = offsets.get(b) as number;
      gaps.give({ from, to: from + sizeInBytes(b) });
    }
  });
  return { offsets, bytes };
}
