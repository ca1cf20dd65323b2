import type { CanonicalGraph } from "../graph/canonicalize.ts";
import { fuse } from "./fuse/fuse.ts";
import { chooseMaterialized } from "./fuse/materialize.ts";
import { padOperands } from "./graph-passes/pad-operands.ts";
import { simplify } from "./graph-passes/simplify.ts";
import { splitReductions } from "./graph-passes/split-reductions.ts";
import type { Program } from "./ir/program.ts";
import { contractToRows } from "./kernel-passes/contract-buffers.ts";
import { eliminateDeadStores } from "./kernel-passes/dead-code.ts";
import { planMemory } from "./kernel-passes/plan-memory.ts";
import { fissionStrips } from "./kernel-passes/strip-mine.ts";
import type { Target } from "./target.ts";

/** A pass makes a new graph or program and leaves the one before it as it is. */
type Pass<IR> = (before: IR, target: Target) => IR;

const graphPasses = { simplify, splitReductions, padOperands };
const kernelPasses = { eliminateDeadStores, contractToRows, fissionStrips, planMemory };

/** The result of a pass. */
export type Stage =
  | { readonly pass: "input" | keyof typeof graphPasses; readonly graph: CanonicalGraph }
  | { readonly pass: "fuse" | keyof typeof kernelPasses; readonly program: Program };

type StageHook = (stage: Stage) => void;

let stageHook: StageHook | null = null;

/** Shows `hook` the graph or program after each pass from now on, as the verifier of the tests asks; returns the hook before. */
export function setStageHook(hook: StageHook | null): StageHook | null {
  const before = stageHook;
  stageHook = hook;
  return before;
}

function runPasses<Name extends string, IR>(
  passes: Readonly<Record<Name, Pass<IR>>>,
  input: IR,
  target: Target,
  done: (pass: Name, result: IR) => void,
): IR {
  const omitted: ReadonlySet<string> = target.omit;
  let result = input;
  for (const [name, pass] of Object.entries(passes) as [Name, Pass<IR>][]) {
    if (omitted.has(name)) continue;
    result = pass(result, target);
    done(name, result);
  }
  return result;
}

/** Lowers a graph to kernels over buffers. */
export function lower(graph: CanonicalGraph, target: Target): Program {
  const prepared = runPasses(graphPasses, graph, target, (pass, graph) => stageHook?.({ pass, graph }));
  const fused = fuse(prepared, chooseMaterialized(prepared, target), target);
  stageHook?.({ pass: "fuse", program: fused });
  return runPasses(kernelPasses, fused, target, (pass, program) => stageHook?.({ pass, program }));
}

/** The graph as it comes and what each pass makes of it; the last stage is the program. */
export function stagesOf(graph: CanonicalGraph, target: Target): Stage[] {
  const stages: Stage[] = [{ pass: "input", graph }];
  const before = setStageHook((stage) => {
    stages.push(stage);
    before?.(stage);
  });
  try {
    lower(graph, target);
  } finally {
    setStageHook(before);
  }
  return stages;
}
