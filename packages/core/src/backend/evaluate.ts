import type { Node, Value } from "../graph/node.ts";
import { type Structure, structureOf } from "../graph/structure.ts";
import type { Backend, Executable } from "./backend.ts";
import { wasm } from "./wasm/wasm.ts";

/** Executables kept ready for each backend; the one not used for longest goes first. */
const mostReady = 256;

let active: Backend = wasm;
const ready = new WeakMap<Backend, Map<string, Executable>>();

/** The executable for a graph: the one kept from an equal graph, or a new one. */
function executable(structure: Structure): Executable {
  const kept = ready.get(active) ?? new Map<string, Executable>();
  ready.set(active, kept);
  const one = kept.get(structure.key) ?? active.prepare(structure);
  kept.delete(structure.key);
  kept.set(structure.key, one);
  const [oldest] = kept;
  if (kept.size > mostReady && oldest) {
    kept.delete(oldest[0]);
    oldest[1].release?.();
  }
  return one;
}

/** Gives nodes their values, all in one run. */
export function evaluate(nodes: readonly Node[]): void {
  const pending = nodes.filter((n) => n.value === null);
  if (pending.length === 0) return;
  const structure = structureOf(pending);
  const values = executable(structure).run(structure.inputs.map((n) => n.value as Value));
  pending.forEach((n, k) => {
    if (n.value === null) n.settle(values[k] as Value);
  });
}

/** A graph made ready on the present backend, for whoever keeps it. */
export const prepare = (structure: Structure): Executable => active.prepare(structure);

/** The backend that runs graphs at present. */
export const activeBackend = (): Backend => active;

/** Runs every graph from now on with another backend. */
export function setBackend(backend: Backend): void {
  active = backend;
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
