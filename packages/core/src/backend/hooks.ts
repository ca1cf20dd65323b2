import type { Node, Value } from "../graph/node.ts";
import type { KernelList } from "../inspect/kernel-cost.ts";

/** What looks on while programs run, for debugging. */
export interface RunHook {
  /** Does the steps of a program, all of them and in order. */
  readonly runKernels?: (program: KernelList, step: (k: number) => void) => void;
  /** Sees what nodes came to, for values of those that they are made of, before anybody else does. */
  readonly onValues?: (
    nodes: readonly Node[],
    values: readonly Value[],
    inputs: readonly Node[],
    given: readonly Value[],
  ) => void;
}

export let runHook: RunHook = {};

/** Has all programs watched from now on; gives what watched before. */
export function setRunHook(by: RunHook): RunHook {
  const before = runHook;
  runHook = by;
  return before;
}
