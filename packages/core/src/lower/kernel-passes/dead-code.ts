import { type Expr, subexpressions } from "../../scalar/expr.ts";
import type { Arg, Buffer, Loop, Nest, Statement } from "../ir/kernel.ts";
import type { Program } from "../ir/program.ts";
import { rewriteBackward } from "./rewrite.ts";

/** Takes the place of an argument that no statement reads, so that the others keep their positions. */
const unusedArg: Arg = { kind: "guard", type: "bool", guard: [] };

/** The arguments and buffers that live statements read, collected from the last statement to the first. */
class Uses {
  readonly args = new Set<Arg>();
  readonly buffers = new Set<Buffer>();
  readonly results = new Set<Statement>();
  readonly #seen = new Set<Expr>();

  constructor(readonly nest: Nest) {}

  add(root: Expr): void {
    for (const e of subexpressions([root], this.#seen)) {
      if (this.#seen.has(e)) continue;
      this.#seen.add(e);
      const x = e.kind === "arg" ? this.nest.args[e.index] : undefined;
      if (!x) continue;
      this.args.add(x);
      if (x.kind === "result") this.results.add(x.statement);
      if (x.kind === "load" || x.kind === "gather") this.buffers.add(x.buffer);
      if (x.kind === "gather") this.add(x.at);
    }
  }
}

/** The nest without stores to buffers that are not live, and without statements that nothing reads; null if none remain. */
function pruneNest(nest: Nest, live: ReadonlySet<Buffer>): Nest | null {
  const uses = new Uses(nest);
  const kept = new Map<Statement, Statement>();
  for (const { statements } of [...nest.loops].reverse())
    for (const statement of [...statements].reverse()) {
      const buffer = statement.store?.buffer;
      const isStored = buffer !== undefined && (live.has(buffer) || uses.buffers.has(buffer));
      const hasEffect = isStored || statement.check !== undefined;
      if (!hasEffect && !uses.results.has(statement)) continue;
      kept.set(statement, hasEffect ? statement : { ...statement, store: undefined });
      uses.add(statement.value);
    }
  if (kept.size === 0) return null;
  const args = nest.args.map((x): Arg => {
    if (!uses.args.has(x)) return unusedArg;
    return x.kind === "result" ? { ...x, statement: kept.get(x.statement)! } : x;
  });
  const loops = nest.loops
    .map(({ axes, statements }): Loop => ({ axes, statements: statements.flatMap((s) => kept.get(s) ?? []) }))
    .filter(({ statements }) => statements.length > 0);
  return { ...nest, loops, args };
}

/**
 * Dead-store elimination. Fusion stores every value that a kernel may read from memory; here those go that all readers
 * recompute or find in a register.
 */
export const eliminateDeadStores = (program: Program): Program =>
  rewriteBackward(program, (kernel, live) => (kernel.kind === "nest" ? pruneNest(kernel, live) : kernel));
