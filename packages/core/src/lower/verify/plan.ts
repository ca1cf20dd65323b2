import { buffersOf } from "../ir/buffers.ts";
import type { Buffer } from "../ir/kernel.ts";
import { bytesOf, type Program } from "../ir/program.ts";
import { check, nameOf } from "./check.ts";

/** Checks that planned buffers which are alive at the same time do not overlap, but for a result over an operand. */
export function checkPlan({ kernels, plan: { offsets, bytes } }: Program): void {
  if (offsets.size === 0) return;
  const used = kernels.map((kernel) => buffersOf(kernel).filter((b) => offsets.has(b)));
  const last = new Map<Buffer, number>();
  used.forEach((buffers, k) => {
    for (const b of buffers) last.set(b, k);
  });
  const alive = new Set<Buffer>();
  used.forEach((buffers, k) => {
    const endsHere = (b: Buffer) => last.get(b) === k;
    for (const b of buffers) {
      const isNew = !alive.has(b);
      const [from, to] = [offsets.get(b)!, offsets.get(b)! + b.size * bytesOf[b.dtype]];
      check(to <= bytes, () => `${nameOf(b)} ends at ${to} of ${bytes} bytes`);
      for (const other of isNew ? alive : []) {
        const start = offsets.get(other)!;
        const isApart = to <= start || from >= start + other.size * bytesOf[other.dtype];
        const isInPlace = start === from && endsHere(other);
        check(isApart || isInPlace, () => `${nameOf(b)} overlaps ${nameOf(other)}`);
      }
    }
    for (const b of buffers) alive.add(b);
    for (const b of [...alive]) if (endsHere(b)) alive.delete(b);
  });
}
