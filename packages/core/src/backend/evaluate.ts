import type { Node } from "../graph/node.ts";
import type { Backend } from "./backend.ts";
import { interpreter } from "./interpreter.ts";

let active: Backend = interpreter;

/** Gives nodes their values, all in one run. */
export function evaluate(nodes: readonly Node[]): void {
  const pending = nodes.filter((n) => n.value === null);
  if (pending.length > 0) active.evaluate(pending);
}

/** Runs `f` with another backend. */
export function withBackend<T>(backend: Backend, f: () => T): T {
  const before = active;
  active = backend;
  try {
    return f();
  } finally {
    active = before;
  }
}
