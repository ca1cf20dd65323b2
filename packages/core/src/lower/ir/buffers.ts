import type { Buffer } from "./kernel.ts";
import type { BufferView, Kernel } from "./program.ts";

const distinct = (out: Buffer, from: readonly BufferView[]): Buffer[] => [
  ...new Set([out, ...from.map((view) => view.buffer)]),
];

/** The buffers that a kernel reads or writes. */
export function buffersOf(kernel: Kernel): Buffer[] {
  if (kernel.kind === "product") return [kernel.out, kernel.a.buffer, kernel.b.buffer];
  if (kernel.kind === "scatter") return distinct(kernel.out, [kernel.x, kernel.index, kernel.src]);
  if (kernel.kind === "recur") return distinct(kernel.out, [kernel.a, kernel.b]);
  if (kernel.kind === "join") return distinct(kernel.out, kernel.parts);
  const read = kernel.args.flatMap((x) => (x.kind === "load" || x.kind === "gather" ? [x.buffer] : []));
  const written = kernel.loops.flatMap((l) => l.statements.flatMap((t) => (t.store ? [t.store.buffer] : [])));
  return [...new Set([...read, ...written])];
}
