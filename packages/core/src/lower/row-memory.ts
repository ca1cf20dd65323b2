import { addIndex, constantIndex, type Index, loopVariable, scaleIndex } from "./index-map.ts";
import type { Arg, Buffer, Nest, Task } from "./kernel.ts";

type Place = { readonly buffer: Buffer; readonly index: Index };

/**
 * A nest whose values that nobody else reads have memory for one row, which the next row uses again. Their tensors begin
 * with the axes of the rows, and a nest reads of what it makes only the row that it is at.
 */
export function keepRows(nest: Nest, read: ReadonlySet<Buffer>): Nest {
  const count = nest.rows.reduce((n, { size }) => n * size, 1);
  if (count < 2) return nest;
  const row = nest.rows.reduce(
    (sum, { name, size }) => addIndex(scaleIndex(sum, size), loopVariable(name, size)),
    constantIndex(0),
  );
  const kept = new Map<Buffer, Buffer>();
  for (const { store } of nest.loops.flatMap(({ tasks }) => tasks))
    if (store && !read.has(store.buffer))
      kept.set(store.buffer, { ...store.buffer, size: store.buffer.size / count });
  const within = <P extends Place>(place: P): P => {
    const buffer = kept.get(place.buffer);
    return buffer ? { ...place, buffer, index: addIndex(place.index, scaleIndex(row, -buffer.size)) } : place;
  };
  const moved = new Map<Task, Task>();
  const loops = nest.loops.map(({ axes, tasks }) => ({
    axes,
    tasks: tasks.map((t) => {
      const task = { ...t, store: t.store && within(t.store) };
      moved.set(t, task);
      return task;
    }),
  }));
  const args = nest.args.map((x): Arg => {
    if (x.kind === "result") return { ...x, task: moved.get(x.task) as Task };
    return x.kind === "load" ? within(x) : x;
  });
  return { ...nest, loops, args };
}
