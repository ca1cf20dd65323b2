import { fail } from "../errors.ts";
import { repeated } from "./recorder.ts";

/** Something that changes, as functions find and set it. */
export interface Changing {
  /** What it holds. */
  peek(): unknown;
  /** Has it hold something else. */
  put(held: unknown): void;
  /** Whether gradients depend on its being the same in every run. */
  isFixed(): boolean;
}

/** What a function was the first to find in each state that it met. */
let found: Map<Changing, unknown> | null = null;

/** Says that a function reads or sets a state. */
export function touch(state: Changing): void {
  if (found && !found.has(state)) found.set(state, state.peek());
}

/** A function that can be run again later as if nothing had happened since, and whose effects are had once. */
export class Rerun {
  readonly #before = new Map<Changing, unknown>();
  #after: readonly (readonly [Changing, unknown])[] = [];

  /** The first run. */
  record<T>(f: () => T): T {
    const outer = found;
    found = this.#before;
    try {
      return f();
    } finally {
      found = outer;
      for (const [state, held] of this.#before) if (outer && !outer.has(state)) outer.set(state, held);
      this.#after = [...this.#before.keys()].map((state) => [state, state.peek()]);
    }
  }

  /** Another run: it finds what the first one found, and what it changes is put back. */
  replay<T>(f: () => T): T {
    if (this.#after.some(([state, held]) => state.isFixed() && state.peek() !== held))
      fail(
        "gradient",
        "checkpoint",
        "a parameter that it reads was assigned to after the first run. Did you mean backward() before optimizer.step()?",
      );
    const present = this.#after.map(([state]) => [state, state.peek()] as const);
    try {
      for (const [state, held] of this.#before) state.put(held);
      return repeated(f);
    } finally {
      for (const [state, held] of present) state.put(held);
    }
  }
}
