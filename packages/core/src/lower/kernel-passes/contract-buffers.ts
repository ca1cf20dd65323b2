import { addIndex, constantIndex, type Index, loopVariable, scaleIndex } from "../ir/index-map.ts";
import type { Arg, Buffer, Nest, Statement } from "../ir/kernel.ts";

type Place = { readonly buffer: Buffer; readonly index: Index };

/**
 * A nest whose values that nobody else reads have memory for one row, which the next row uses again, where each row keeps to
 * a part of its own: where the tensor begins with the axes of the rows, and no other row of it is read.
 */
export function contractToRows(nest: Nest, read: ReadonlySet<Buffer>): Nest {
  const count = nest.outerAxes.reduce((n, { size }) => n * size, 1);
  if (count < 2) return nest;
  const row = nest.outerAxes.reduce(
    (sum, { name, size }) => addIndex(scaleIndex(sum, size), loopVariable(name, size)),
    constantIndex(0),
  );
  const stores = nest.loops.flatMap(({ statements }) => statements.flatMap(({ store }) => store ?? []));
  const loads = nest.args.flatMap((x): Place[] => (x.kind === "load" ? [x] : []));
  const gathered = new Set(nest.args.flatMap((x) => (x.kind === "gather" ? [x.buffer] : [])));
  const inRow = ({ index }: Place, size: number): Index => addIndex(index, scaleIndex(row, -size));
  const keepsToRow = (buffer: Buffer, size: number): boolean =>
    Number.isInteger(size) &&
    !gathered.has(buffer) &&
    [...stores, ...loads].every((place) => {
      if (place.buffer !== buffer) return true;
      const { low, high } = inRow(place, size);
      return low >= 0 && high < size;
    });
  const kept = new Map<Buffer, Buffer>();
  for (const { buffer } of stores) {
    const size = buffer.size / count;
    if (!read.has(buffer) && !kept.has(buffer) && keepsToRow(buffer, size))
      kept.set(buffer, { ...buffer, size });
  }
  const within = <P extends Place>(place: P): P => {
    const buffer = kept.get(place.buffer);
    return buffer ? { ...place, buffer, index: inRow(place, buffer.size) } : place;
  };
  const moved = new Map<Statement, Statement>();
  const loops = nest.loops.map(({ axes, statements }) => ({
    axes,
    statements: statements.map((t) => {
      const task = { ...t, store: t.store && within(t.store) };
      moved.set(t, task);
      return task;
    }),
  }));
  const args = nest.args.map((x): Arg => {
    if (x.kind === "result") return { ...x, task: moved.get(x.task) as Statement };
    return x.kind === "load" ? within(x) : x;
  });
  return { ...nest, loops, args };
}
