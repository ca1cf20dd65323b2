import { checkArguments, type Kind, type Signature } from "../arguments.ts";
import { arrays } from "../dtype.ts";
import { requireSynchronous } from "../errors.ts";
import { type CanonicalGraph, canonicalize, type Graph, graphOf } from "../graph/canonicalize.ts";
import { type GraphKey, graphKeyOf, matches } from "../graph/graph-key.ts";
import { type Node, ScalarValue, type Value } from "../graph/node.ts";
import { arg } from "../scalar/expr.ts";
import { sizeOf } from "../shape.ts";
import type { Backend, Executable } from "./backend.ts";
import { runHook } from "./hooks.ts";
import { wasm } from "./wasm/wasm.ts";

/** So many executables, of so many nodes together, are kept ready for each backend; the one not used for longest goes first. */
const maxExecutables = 256;
const maxCachedNodes = 2 ** 20;

interface CacheEntry {
  readonly outline: GraphKey;
  readonly executable: Executable;
}

let active: Backend = wasm;
/** Last used first. */
const executableCache = new WeakMap<Backend, CacheEntry[]>();

/** The executable for a graph: the one kept from an equal graph, or a new one. */
function executableOf(graph: Graph): Executable {
  const kept = executableCache.get(active) ?? [];
  executableCache.set(active, kept);
  const at = kept.findIndex(({ outline }) => matches(outline, graph));
  if (at === 0) return (kept[0] as CacheEntry).executable;
  const [known] = at > 0 ? kept.splice(at, 1) : [];
  const one = known ?? { executable: active.prepare(canonicalize(graph)), outline: graphKeyOf(graph) };
  kept.unshift(one);
  let nodes = kept.reduce((n, { outline }) => n + outline.steps.length, 0);
  while (kept.length > maxExecutables || (nodes > maxCachedNodes && kept.length > 1)) {
    const { executable, outline } = kept.pop() as CacheEntry;
    nodes -= outline.steps.length;
    executable.release?.();
  }
  return one.executable;
}

/** More bytes than this fit nowhere. */
const maxBytes = 2 ** 32;

/** The value of a number that is only repeated: no work for a program, but where that has to refuse it. */
function fillFromScalar({ op, inputs: [x], shape, dtype }: Node): Value | undefined {
  if (op.family !== "movement" || !(x?.value instanceof ScalarValue)) return undefined;
  if (sizeOf(shape) * arrays[dtype].BYTES_PER_ELEMENT > maxBytes) return undefined;
  const [read, more] = op.reads(shape.map((_, k) => arg(k)));
  if (more || read?.valid) return undefined;
  return { array: new arrays[dtype](sizeOf(shape)).fill(x.value.number) };
}

/** Gives nodes their values, all in one run. */
export function evaluate(nodes: readonly Node[]): void {
  for (const n of nodes) {
    const value = n.value ? undefined : fillFromScalar(n);
    if (value) n.setValue(value);
  }
  const pending = nodes.filter((n) => n.value === null);
  if (pending.length === 0) return;
  const graph = graphOf(pending);
  const inputs = graph.nodes.map((n) => n.value).filter((v) => v !== null);
  const values = executableOf(graph).run(inputs);
  runHook.onValues?.(pending, values, graph.nodes.filter(graph.isInput), inputs);
  pending.forEach((n, k) => {
    if (n.value === null) n.setValue(values[k] as Value);
  });
}

/** A graph made ready on the present backend, for whoever keeps it. */
export const prepare = (structure: CanonicalGraph): Executable => active.prepare(structure);

/** The backend that runs graphs at present. */
export const activeBackend = (): Backend => active;

const backendKind: Kind = {
  holds: (x) => typeof (x as Backend | null)?.prepare === "function",
  message: "a backend",
  fix: "wasm",
};

const setBackendArguments: Signature = { backend: backendKind };
const withBackendArguments: Signature = { backend: backendKind, f: "function" };

/** Runs every graph from now on with another backend. */
export function setBackend(backend: Backend): void {
  checkArguments("setBackend", setBackendArguments, arguments);
  active = backend;
}

/** Runs `f` with another backend. @throws where f is async, since that would end at the first await. */
export function withBackend<T>(backend: Backend, f: () => T): T {
  checkArguments("withBackend", withBackendArguments, arguments);
  const before = active;
  active = backend;
  try {
    return requireSynchronous("withBackend", f());
  } finally {
    active = before;
  }
}
