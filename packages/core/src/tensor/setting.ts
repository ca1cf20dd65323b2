import { Lifetime, perCall, repeating, tracing } from "./recorder.ts";
import { touch } from "./replay.ts";

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
    touch(this);
    const trace = tracing();
    if (!trace || this.isLocal || trace.set.has(this)) return this.#value;
    return trace.guard(() => this.#value, this);
  }

  set value(value: T) {
    touch(this);
    tracing()?.set.add(this);
    if (repeating()) this.#value = value;
    let before = this.#value;
    const set = (to: T) => () => {
      before = this.#value;
      this.#value = to;
    };
    this.#lifetime.within(() => perCall(set(value), () => set(before)()));
  }

  isFixed(): boolean {
    return false;
  }

  peek(): T {
    return this.#value;
  }

  put(held: T): void {
    this.#value = held;
  }
}
