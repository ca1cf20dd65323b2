import { fail } from "../errors.ts";
import { replaying } from "./recorder.ts";

/** Something that changes, as functions find and set it. */
export interface State {
  /** What it holds. */
  read(): unknown;
  /** Has it hold something else. */
  write(held: unknown): void;
  /** Whether gradients depend on its being the same in every run. */
  isFixed(): boolean;
}

/** What a function was the first to find in each state that it met. */
let recorded: Map<State, unknown> | null = null;

/** Says that a function reads or sets a state. */
export function noteState(state: State): void {
  if (recorded && !recorded.has(state)) recorded.set(state, state.read());
}

/** A function that can be run again later as if nothing had happened since, and whose effects are had once. */
export class Rerun {
  readonly #before = new Map<State, unknown>();
  #after: readonly (readonly [State, unknown])[] = [];

  /** The first run. */
  record<T>(f: () => T): T {
    const outer = recorded;
    recorded = this.#before;
    try {
      return f();
    } finally {
      recorded = outer;
      for (const [state, held] of this.#before) if (outer && !outer.has(state)) outer.set(state, held);
      this.#after = [...this.#before.keys()].map((state) => [state, state.read()]);
    }
  }

  /** Another run: it finds what the first one found, and what it changes is put back. */
  replay<T>(f: () => T): T {
    if (this.#after.some(([state, held]) => state.isFixed() && state.read() !== held))
      fail(
        "gradient",
        "checkpoint",
        "a parameter that it reads was assigned to after the first run. Did you mean backward() before optimizer.step()?",
      );
    const present = this.#after.map(([state]) => [state, state.read()] as const);
    try {
      for (const [state, held] of this.#before) state.write(held);
      return replaying(f);
    } finally {
      for (const [state, held] of present) state.write(held);
    }
  }
}
