import { Lifetime } from "./lifetime.ts";
import { currentRecorder, isReplaying, sideEffect } from "./recorder.ts";
import { noteState } from "./rerun.ts";

/**
 * A plain value that functions depend on and may set, such as whether a module is trained. A compiled function is traced
 * anew where it finds another value than before, and sets again at each call what it sets.
 */
export class Setting<T> {
  #value: T;
  readonly #lifetime: Lifetime;

  /** @param what says in errors whose setting it is */
  constructor(value: T, what: string) {
    this.#value = value;
    this.#lifetime = new Lifetime(this, what);
  }

  /** Whether it was made inside the compiled function that is traced. */
  get isLocal(): boolean {
    return this.#lifetime.isLocal;
  }

  get value(): T {
    noteState(this);
    const trace = currentRecorder();
    if (!trace || this.isLocal || trace.settings.has(this)) return this.#value;
    return trace.guard(() => this.#value, this);
  }

  set value(value: T) {
    noteState(this);
    currentRecorder()?.settings.add(this);
    if (isReplaying()) this.#value = value;
    let before = this.#value;
    const set = (to: T) => () => {
      before = this.#value;
      this.#value = to;
    };
    this.#lifetime.within(() => sideEffect(set(value), () => set(before)()));
  }

  isFixed(): boolean {
    return false;
  }

  read(): T {
    return this.#value;
  }

  write(held: T): void {
    this.#value = held;
  }
}
