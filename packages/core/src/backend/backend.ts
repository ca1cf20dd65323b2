import type { CanonicalGraph } from "../graph/canonicalize.ts";
import type { Value } from "../graph/value.ts";
import type { Program } from "../lower/ir/program.ts";
import type { Target } from "../lower/target.ts";

/** A graph prepared for execution. */
export interface Executable {
  /**
   * The values of the graph's roots, given those of its inputs. They may still be computed when it returns: then `read` waits
   * for them, and rejects where the run fails. An input that `donated` marks is not used afterwards, and its memory may be reused.
   */
  run(inputs: readonly Value[], donated?: readonly boolean[]): Value[];
  /** The program that runs, for diagnosis; absent where nodes are run one by one, or several programs in sequence. */
  readonly program?: Program;
  /** Frees what the executable holds. */
  release?(): void;
}

/**
 * Runs graphs. A backend owns its memory, so that several can be used side by side; it reads the values of another through
 * JavaScript memory. The conformance tests say whether a backend is right.
 */
export interface Backend {
  readonly name: string;
  /** What graphs are lowered for; absent where nodes are run one by one. */
  readonly target?: Target;
  /** Whether `run` returns before the values are computed, so that a failure is known only when they are read. */
  readonly asynchronous?: boolean;
  prepare(graph: CanonicalGraph): Executable;
}
