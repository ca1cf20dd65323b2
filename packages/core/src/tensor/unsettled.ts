import { evaluate } from "../backend/evaluate.ts";
import { ChainruleError } from "../errors.ts";
import type { Node } from "../graph/node.ts";

/** What the node of a cell is, and how it is exchanged. */
interface Access<Cell> {
  readonly pending: (cell: Cell) => readonly Node[];
  readonly restore: (cell: Cell, node: Node) => void;
}

/** What a cell held before: its last computed value first, then the one that it held just before, if another. */
type Previous = readonly [Node, ...Node[]];

/** The error that a computation ends with, if any. */
function failureOf(nodes: readonly Node[]): ChainruleError | null {
  try {
    evaluate(nodes);
    return null;
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
}

/**
 * The cells whose new values are still to be computed. They are computed with whatever is read next. Where that read
 * fails, the assignments that cannot be computed either are undone; an assignment that alone fails waits until something
 * that depends on it is read.
 */
export class Unsettled<Cell extends object> {
  readonly #waiting = new Map<Cell, Previous>();
  readonly #failed = new Map<Cell, Previous>();

  constructor(private readonly access: Access<Cell>) {}

  /** Notes that a cell holds something new; `isPending` where its value is still to be computed. */
  assigned(cell: Cell, before: Node, isPending: boolean): void {
    const earlier = this.#waiting.get(cell) ?? this.#failed.get(cell);
    this.#failed.delete(cell);
    if (!isPending) this.#waiting.delete(cell);
    else this.#waiting.set(cell, before.value === null && earlier ? [earlier[0], before] : [before]);
  }

  /** Computes nodes. @throws where they cannot be computed. */
  compute(nodes: readonly Node[]): void {
    const failure = failureOf(nodes);
    if (failure) this.#undo(failure);
  }

  /** Computes nodes, and what was assigned to cells meanwhile, in one run. @throws where the nodes cannot be computed. */
  settle(nodes: readonly Node[]): void {
    const failure = failureOf([...nodes, ...[...this.#waiting.keys()].flatMap(this.access.pending)]);
    if (failure) {
      this.compute(nodes);
      this.#sort();
    }
    this.#waiting.clear();
  }

  /** Puts the cells whose values cannot be computed aside. */
  #sort(): void {
    for (const [cell, before] of this.#waiting)
      if (failureOf(this.access.pending(cell))) {
        this.#waiting.delete(cell);
        this.#failed.set(cell, before);
      }
  }

  /** Gives the cells whose values cannot be computed those before, and throws. */
  #undo(failure: ChainruleError): never {
    this.#sort();
    for (const [cell, before] of this.#failed) {
      const good = [...before].reverse().find((node) => failureOf([node]) === null);
      if (good) this.access.restore(cell, good);
    }
    this.#failed.clear();
    throw failure;
  }
}
