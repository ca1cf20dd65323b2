import { fail } from "../errors.ts";
import { currentRecorder, withLocal, withRecorder } from "./recorder.ts";

const lifetimes = new WeakMap<object, Lifetime>();

/** Whether an object with state of its own tells compiled functions about it. */
export const hasLifetime = (x: object): boolean => lifetimes.has(x);

/** Whether an object lives for one call of the function that is traced. */
export const isLocal = (x: object): boolean => lifetimes.get(x)?.isLocal ?? false;

/** @throws in a compiled function, for an object from outside: the action would not be repeated at each call */
export function refuseInside(op: string, owner: object): void {
  if (currentRecorder() && !isLocal(owner))
    fail(
      "state",
      op,
      "inside a compiled function this would happen once, during the trace. Did you mean to do it outside?",
    );
}

/**
 * The lifetime of an object with state of its own: as long as it is reachable or, if a compiled function makes it, one
 * call. State of the latter kind belongs to the trace, which starts anew at each call.
 */
export class Lifetime {
  /** The trace that the object was made in. */
  readonly #recorder = currentRecorder();

  /**
   * @param owner the object
   * @param kind its name in errors
   */
  constructor(
    owner: object,
    readonly kind: string,
  ) {
    lifetimes.set(owner, this);
    if (this.#recorder) this.#recorder.makesState = true;
  }

  /** Whether the object lives for the call that is traced. @throws if it was made in another one */
  get isLocal(): boolean {
    if (this.#recorder !== null && this.#recorder !== currentRecorder())
      fail(
        "state",
        "compile",
        `a ${this.kind} that was made inside a compiled function is used after that call. Did you mean to make it outside, before the first call?`,
      );
    return this.#recorder !== null;
  }

  /** Runs `f`, whose effects and numbers concern the object: they are repeated at each call if it is from outside. */
  within<T>(f: () => T): T {
    return withLocal(this.isLocal, f);
  }

  /** Runs `f`, which makes state that lives as long as the object. */
  make<T>(f: () => T): T {
    return withRecorder(this.#recorder, f);
  }
}
