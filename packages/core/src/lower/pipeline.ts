import type { CanonicalGraph } from "../graph/canonicalize.ts";
import { Lowering } from "./fuse/fuse.ts";
import { withBorders } from "./graph-passes/pad-operands.ts";
import { simplified } from "./graph-passes/simplify.ts";
import { withBlocks } from "./graph-passes/split-reductions.ts";
import type { Program } from "./ir/program.ts";

let inspect: ((program: Program) => void) | null = null;

/** Has every program that is made from now on looked at, as tests do. */
export function inspectBy(by: typeof inspect): void {
  inspect = by;
}

/** A graph as kernels over buffers. */
export function lower(structure: CanonicalGraph): Program {
  const program = new Lowering(withBorders(withBlocks(simplified(structure)))).run();
  inspect?.(program);
  return program;
}
