import { type Expr, subexpressions } from "../scalar/expr.ts";
import type { Arg, Buffer, Loop, Nest, Task } from "./kernel.ts";
import type { Kernel } from "./program.ts";

/** The nest without what nobody reads, and what that leaves it reading added to `read`; null where nothing is left. */
function pruneNest(nest: Nest, read: Set<Buffer>): Nest | null {
  const seen = new Set<Expr>();
  const used = new Set<Arg>();
  const results = new Set<Task>();
  const note = (root: Expr): void => {
    for (const e of subexpressions([root], seen)) {
      if (seen.has(e)) continue;
      seen.add(e);
      const x = e.kind === "arg" ? nest.args[e.index] : undefined;
      if (!x) continue;
      used.add(x);
      if (x.kind === "result") results.add(x.task);
      if (x.kind === "load" || x.kind === "gather") read.add(x.buffer);
      if (x.kind === "gather") note(x.at);
    }
  };
  const kept = new Map<Task, Task>();
  for (const { tasks } of [...nest.loops].reverse())
    for (const task of [...tasks].reverse()) {
      const stored = task.check !== undefined || (task.store !== undefined && read.has(task.store.buffer));
      if (!stored && !results.has(task)) continue;
      kept.set(task, stored ? task : { ...task, store: undefined });
      note(task.value);
    }
  if (kept.size === 0) return null;
  const unread: Arg = { kind: "guard", type: "bool", guard: [] };
  const args = nest.args.map((x): Arg => {
    if (!used.has(x)) return unread;
    return x.kind === "result" ? { ...x, task: kept.get(x.task) as Task } : x;
  });
  const loops = nest.loops
    .map(({ axes, tasks }): Loop => ({ axes, tasks: tasks.flatMap((t) => kept.get(t) ?? []) }))
    .filter(({ tasks }) => tasks.length > 0);
  return { ...nest, loops, args };
}

/**
 * Kernels without the stores that nobody reads: what the readers of a value work out from its formula, or take from the
 * loop that made it, needs no memory.
 */
export function prune(kernels: readonly Kernel[], outputs: readonly Buffer[]): Kernel[] {
  const read = new Set(outputs);
  const kept: Kernel[] = [];
  for (const kernel of [...kernels].reverse()) {
    const left = kernel.kind === "nest" ? pruneNest(kernel, read) : kernel;
    if (!left) continue;
    if (left.kind === "product") for (const { buffer } of [left.a, left.b]) read.add(buffer);
    if (left.kind === "scatter") for (const b of [left.x, left.index, left.src]) read.add(b);
    if (left.kind === "recur") for (const b of [left.a, left.b]) read.add(b);
    kept.push(left);
  }
  return kept.reverse();
}
