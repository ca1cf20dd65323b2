import { type Expr, subexpressions } from "../../scalar/expr.ts";
import { open } from "../ir/index-map.ts";
import type { Axis, Buffer, Nest } from "../ir/kernel.ts";
import { bytesOf } from "../ir/program.ts";

const points = (axes: readonly Axis[]): number => axes.reduce((n, { size }) => n * size, 1);

/**
 * Whether a nest may store `made` where `read` lies: one task stores each element once, it alone reads `read`, and of that the
 * element in the same place.
 */
export function maySupplant({ rows, loops, args }: Nest, made: Buffer, read: Buffer): boolean {
  if (made.size !== read.size || bytesOf[made.dtype] !== bytesOf[read.dtype]) return false;
  const storing = loops.flatMap(({ axes, tasks }) =>
    tasks.flatMap((task) =>
      task.store?.buffer === made ? [{ task, count: points([...rows, ...axes]) }] : [],
    ),
  );
  const [only, more] = storing;
  if (!only?.task.store || more || only.count !== made.size || only.task.reduce) return false;
  const place = open(only.task.store.index).key;
  const readsOf = (values: readonly Expr[]) =>
    subexpressions(values).flatMap((e) => {
      const x = e.kind === "arg" ? args[e.index] : undefined;
      return x && "buffer" in x && x.buffer === read ? [x] : [];
    });
  const places = args.flatMap((x) => (x.kind === "gather" ? [x.at] : []));
  const others = loops.flatMap(({ tasks }) => tasks.filter((t) => t !== only.task).map((t) => t.value));
  return (
    readsOf([...others, ...places]).length === 0 &&
    readsOf([only.task.value]).every((x) => x.kind === "load" && open(x.index).key === place)
  );
}
