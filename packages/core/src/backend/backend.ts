import type { CanonicalGraph } from "../graph/canonicalize.ts";
import type { Value } from "../graph/node.ts";

/** A graph made ready to run. */
export interface Executable {
  /**
   * The values of the graph's roots for those of its inputs. An input that `dying` names is not needed afterwards, and
   * its memory may be used again.
   */
  run(inputs: readonly Value[], dying?: readonly boolean[]): Value[];
  /** Gives back what the executable holds. */
  release?(): void;
}

/** What runs graphs. A backend is this one function; the conformance tests say whether it is right. */
export interface Backend {
  readonly name: string;
  prepare(structure: CanonicalGraph): Executable;
}
