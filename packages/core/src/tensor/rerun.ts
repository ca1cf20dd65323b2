import { fail } from "../errors.ts";
import { replaying } from "./recorder.ts";

/** State that a function reads and sets. */
export interface State {
  /** The present state. */
  read(): unknown;
  /** Replaces the state. */
  write(held: unknown): void;
  /** Whether the gradients of a function are wrong if the state differs between its runs. */
  isFixed(): boolean;
}

/** Each state that the running function has used, with its value at the first use. */
let recorded: Map<State, unknown> | null = null;

/** Notes that a function reads or sets a state. */
export function noteState(state: State): void {
  if (recorded && !recorded.has(state)) recorded.set(state, state.read());
}

/** Runs a function again later on the state of its first run, without its side effects. */
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

  /** Another run, on the state that the first one found. The present state is restored afterwards. */
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
