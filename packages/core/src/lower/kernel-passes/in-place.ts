import { type Expr, subexpressions } from "../../scalar/expr.ts";
import { expandClamped } from "../ir/index-map.ts";
import type { Axis, Buffer, Nest } from "../ir/kernel.ts";
import { bytesOf } from "../ir/program.ts";

const points = (axes: readonly Axis[]): number => axes.reduce((n, { size }) => n * size, 1);

/**
 * Whether a nest may store `made` where `read` lies: one task stores each element once, it alone reads `read`, and of that the
 * element in the same place.
 */
export function canAlias({ outerAxes, loops, args }: Nest, made: Buffer, read: Buffer): boolean {
  if (made.size !== read.size || bytesOf[made.dtype] !== bytesOf[read.dtype]) return false;
  const storing = loops.flatMap(({ axes, statements }) =>
    statements.flatMap((task) =>
      task.store?.buffer === made ? [{ task, count: points([...outerAxes, ...axes]) }] : [],
    ),
  );
  const [only, more] = storing;
  if (!only?.task.store || more || only.count !== made.size || only.task.reduce) return false;
  const place = expandClamped(only.task.store.index).key;
  const readsOf = (values: readonly Expr[]) =>
    subexpressions(values).flatMap((e) => {
      const x = e.kind === "arg" ? args[e.index] : undefined;
      return x && "buffer" in x && x.buffer === read ? [x] : [];
    });
  const places = args.flatMap((x) => (x.kind === "gather" ? [x.at] : []));
  const others = loops.flatMap(({ statements }) =>
    statements.filter((t) => t !== only.task).map((t) => t.value),
  );
  return (
    readsOf([...others, ...places]).length === 0 &&
    readsOf([only.task.value]).every((x) => x.kind === "load" && expandClamped(x.index).key === place)
  );
}
