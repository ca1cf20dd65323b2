import { type Expr, subexpressions } from "../../scalar/expr.ts";
import { buffersOf } from "../ir/buffers.ts";
import type { Arg, Buffer, Loop, Nest, Statement } from "../ir/kernel.ts";
import type { Kernel } from "../ir/program.ts";
import { contractToRows } from "./contract-buffers.ts";

/** The nest without what neither it nor a later reader of `read` reads, and what is left to it to read; null where nothing is left. */
function pruneNest(nest: Nest, read: ReadonlySet<Buffer>): { nest: Nest; reads: ReadonlySet<Buffer> } | null {
  const reads = new Set<Buffer>();
  const seen = new Set<Expr>();
  const used = new Set<Arg>();
  const results = new Set<Statement>();
  const note = (root: Expr): void => {
    for (const e of subexpressions([root], seen)) {
      if (seen.has(e)) continue;
      seen.add(e);
      const x = e.kind === "arg" ? nest.args[e.index] : undefined;
      if (!x) continue;
      used.add(x);
      if (x.kind === "result") results.add(x.task);
      if (x.kind === "load" || x.kind === "gather") reads.add(x.buffer);
      if (x.kind === "gather") note(x.at);
    }
  };
  const kept = new Map<Statement, Statement>();
  for (const { statements } of [...nest.loops].reverse())
    for (const task of [...statements].reverse()) {
      const target = task.store?.buffer;
      const stored = target !== undefined && (read.has(target) || reads.has(target));
      const does = stored || task.check !== undefined;
      if (!does && !results.has(task)) continue;
      kept.set(task, does ? task : { ...task, store: undefined });
      note(task.value);
    }
  if (kept.size === 0) return null;
  const removedArg: Arg = { kind: "guard", type: "bool", guard: [] };
  const args = nest.args.map((x): Arg => {
    if (!used.has(x)) return removedArg;
    return x.kind === "result" ? { ...x, task: kept.get(x.task) as Statement } : x;
  });
  const loops = nest.loops
    .map(({ axes, statements }): Loop => ({ axes, statements: statements.flatMap((t) => kept.get(t) ?? []) }))
    .filter(({ statements }) => statements.length > 0);
  return { nest: { ...nest, loops, args }, reads };
}

/**
 * Kernels without the stores that nobody reads: what the readers of a value work out from its formula, or take from the
 * loop that made it, needs no memory. What a nest makes for itself has memory for one row.
 */
export function eliminateDeadStores(kernels: readonly Kernel[], outputs: readonly Buffer[]): Kernel[] {
  const read = new Set(outputs);
  const kept: Kernel[] = [];
  for (const kernel of [...kernels].reverse()) {
    if (kernel.kind === "nest") {
      const left = pruneNest(kernel, read);
      if (!left) continue;
      kept.push(contractToRows(left.nest, read));
      for (const b of left.reads) read.add(b);
      continue;
    }
    for (const b of buffersOf(kernel)) if (b !== kernel.out) read.add(b);
    kept.push(kernel);
  }
  return kept.reverse();
}
