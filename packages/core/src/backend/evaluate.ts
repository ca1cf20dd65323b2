import type { Node, Value } from "../graph/node.ts";
import type { Backend } from "./backend.ts";
import { interpreter } from "./interpreter.ts";

let active: Backend = interpreter;

/** Gives nodes their values, all in one run. */
export function evaluate(nodes: readonly Node[]): void {
  const pending = nodes.filter((n) => n.value === null);
  if (pending.length > 0) active.evaluate(pending);
}

/** The value of a node, worked out when it is not known yet. */
export function evaluated(node: Node): Value {
  evaluate([node]);
  return node.value as Value;
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
