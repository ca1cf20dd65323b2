import { Lifetime } from "./lifetime.ts";
import { currentRecorder, isReplaying, sideEffect } from "./recorder.ts";
import { noteState } from "./rerun.ts";

/**
 * A plain value that functions read and set, such as the mode of a module. A compiled function is traced again if it finds
 * another value, and repeats its assignments at each call.
 */
export class Setting<T> {
  #value: T;
  readonly #lifetime: Lifetime;

  /** @param what the name of the owner in errors */
  constructor(value: T, what: string) {
    this.#value = value;
    this.#lifetime = new Lifetime(this, what);
  }

  /** Whether the compiled function that is traced made it. */
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
