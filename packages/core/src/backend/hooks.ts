import type { Node } from "../graph/node.ts";
import type { Value } from "../graph/value.ts";
import type { KernelList } from "../inspect/kernel-cost.ts";

/** Hooks into the execution of programs, for debugging. */
export interface RunHook {
  /** Runs the kernels of a program, all of them and in order, by calling `step`. */
  readonly runKernels?: (program: KernelList, step: (k: number) => void) => void;
  /** Sees the values of nodes, and of the inputs that they were computed from, before anybody else does. */
  readonly onValues?: (
    nodes: readonly Node[],
    values: readonly Value[],
    inputs: readonly Node[],
    given: readonly Value[],
  ) => void;
}

export let runHook: RunHook = {};

/** Sets the hook of all programs; returns the hook that was set before. */
export function setRunHook(hook: RunHook): RunHook {
  const before = runHook;
  runHook = hook;
  return before;
}
