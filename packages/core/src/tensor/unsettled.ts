import { activeBackend, evaluate } from "../backend/evaluate.ts";
import type { Node } from "../graph/node.ts";
import { connectedComponents } from "../graph/walk.ts";

/** How to read and replace the nodes of a cell. */
interface Access<Cell> {
  readonly pending: (cell: Cell) => readonly Node[];
  readonly restore: (cell: Cell, node: Node) => void;
}

/** The previous nodes of a cell: the last computed one first, then the latest one if it differs. */
type Previous = readonly [Node, ...Node[]];

/** An error that was thrown: a `ChainruleError`, or whatever the function of a host op throws. */
interface Failure {
  readonly error: unknown;
}

/** Nodes that are evaluated in one run, which fails as a whole. An asynchronous backend tells too late what to run again. */
const runsOf = (nodes: readonly Node[]): readonly (readonly Node[])[] =>
  activeBackend().asynchronous ? connectedComponents(nodes, (n) => n.value === null) : [nodes];

/** Evaluates nodes and gives the failure, if any. */
function failureOf(nodes: readonly Node[]): Failure | null {
  try {
    for (const run of runsOf(nodes)) evaluate(run);
    return null;
  } catch (error) {
    return { error };
  }
}

/**
 * The cells whose new values are pending. They are computed with the next read. If that read fails, the assignments that
 * fail too are undone; an assignment that fails alone waits until something that depends on it is read. On an asynchronous
 * backend a read fails with the assignments that share computations with it, and no assignment is undone.
 */
export class Unsettled<Cell extends object> {
  readonly #waiting = new Map<Cell, Previous>();
  readonly #failed = new Map<Cell, Previous>();

  constructor(private readonly access: Access<Cell>) {}

  /** Notes that a cell was assigned to. */
  assigned(cell: Cell, before: Node, isPending: boolean): void {
    const earlier = this.#waiting.get(cell) ?? this.#failed.get(cell);
    this.#failed.delete(cell);
    if (!isPending) this.#waiting.delete(cell);
    else this.#waiting.set(cell, before.value === null && earlier ? [earlier[0], before] : [before]);
  }

  /** Evaluates nodes. @throws if that fails, after the assignments that fail too are undone */
  compute(nodes: readonly Node[]): void {
    const failure = failureOf(nodes);
    if (failure) this.#undo(failure);
  }

  /** Evaluates nodes and all pending cells together. @throws if the nodes fail */
  settle(nodes: readonly Node[]): void {
    const failure = failureOf([...nodes, ...[...this.#waiting.keys()].flatMap(this.access.pending)]);
    if (failure) {
      this.compute(nodes);
      this.#sort();
    }
    this.#waiting.clear();
  }

  /** Moves the cells whose values fail from the waiting to the failed ones. */
  #sort(): void {
    for (const [cell, before] of this.#waiting)
      if (failureOf(this.access.pending(cell))) {
        this.#waiting.delete(cell);
        this.#failed.set(cell, before);
      }
  }

  /** Undoes the assignments that fail, and throws. */
  #undo({ error }: Failure): never {
    this.#sort();
    for (const [cell, before] of this.#failed) {
      const good = [...before].reverse().find((node) => failureOf([node]) === null);
      if (good) this.access.restore(cell, good);
    }
    this.#failed.clear();
    throw error;
  }
}
