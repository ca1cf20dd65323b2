import type { CanonicalGraph } from "../graph/canonicalize.ts";
import { Fuser } from "./fuse/fuse.ts";
import { padOperands } from "./graph-passes/pad-operands.ts";
import { simplify } from "./graph-passes/simplify.ts";
import { splitReductions } from "./graph-passes/split-reductions.ts";
import type { Program } from "./ir/program.ts";

let inspect: ((program: Program) => void) | null = null;

/** Has every program that is made from now on looked at, as tests do. */
export function inspectBy(by: typeof inspect): void {
  inspect = by;
}

/** A graph as kernels over buffers. */
export function lower(structure: CanonicalGraph): Program {
  const program = new Fuser(padOperands(splitReductions(simplify(structure)))).run();
  inspect?.(program);
  return program;
}
