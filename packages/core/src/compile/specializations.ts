import type { Executable } from "../backend/backend.ts";
import type { Flattened } from "./flattened.ts";
import { guardsHold, type Specialization } from "./specialization.ts";

/** The cache of a compiled function holds at most this many specializations; the least recently used is evicted. */
const maxSpecializations = 256;

/** The specializations of a compiled function, the most recently used first. */
export class Specializations {
  #list: Specialization[] = [];
  /** Their executables, which outlive the function for a moment: a specialization may refer to the function itself. */
  readonly executables = new Set<Executable>();

  /** The specialization for arguments, whose tensors and objects are collected in `found`. */
  find(args: readonly unknown[], found: Flattened): Specialization | undefined {
    for (const [k, one] of this.#list.entries()) {
      found.tensors.length = found.objects.length = 0;
      if (!one.matches(args, found) || !guardsHold(one)) continue;
      if (k > 0) this.#list = [one, ...this.#list.filter((other) => other !== one)];
      return one;
    }
    return undefined;
  }

  add(one: Specialization): void {
    this.#list.unshift(one);
    this.executables.add(one.executable);
    const last = this.#list.length > maxSpecializations && this.#list.pop();
    if (!last) return;
    this.executables.delete(last.executable);
    last.executable.release?.();
  }
}
