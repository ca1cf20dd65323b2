import { checkArguments, type Kind, type Signature } from "../arguments.ts";
import { arrays } from "../dtype.ts";
import { fail, requireSynchronous } from "../errors.ts";
import { type CanonicalGraph, canonicalize, type Graph, graphOf } from "../graph/canonicalize.ts";
import { type GraphKey, graphKeyOf, matches } from "../graph/graph-key.ts";
import type { Node } from "../graph/node.ts";
import { ArrayValue, ScalarValue, type Value } from "../graph/value.ts";
import { movementRule } from "../ops/movement-rules.ts";
import { fromValue } from "../ops/source.ts";
import { arg } from "../scalar/expr.ts";
import { sizeOf } from "../shape.ts";
import type { Backend, Executable } from "./backend.ts";
import { runHook } from "./hooks.ts";
import { requireOutsideHost } from "./host.ts";

/** Bounds on the executables that are cached for each backend: their number, and the nodes of their graphs. */
const maxExecutables = 256;
const maxCachedNodes = 2 ** 20;

interface CacheEntry {
  readonly key: GraphKey;
  readonly executable: Executable;
}

let active: Backend | undefined;
/** For each backend its executables, the most recently used one first. */
const executableCache = new WeakMap<Backend, CacheEntry[]>();

/** The backend that runs graphs at present. @throws where none is set. */
export const activeBackend = (): Backend =>
  active ??
  fail("state", "backend", "none is set. Did you mean setBackend(wasm), both from @chainrule/core?");

/** The executable of a graph: that of an equal graph in the cache, or a new one. */
function executableOf(graph: Graph): Executable {
  // Preparing another program may move the memory of the one that runs.
  requireOutsideHost();
  const backend = activeBackend();
  const entries = executableCache.get(backend) ?? [];
  executableCache.set(backend, entries);
  const k = entries.findIndex(({ key }) => matches(key, graph));
  if (k === 0) return entries[0]!.executable;
  const [hit] = k > 0 ? entries.splice(k, 1) : [];
  const entry = hit ?? { executable: backend.prepare(canonicalize(graph)), key: graphKeyOf(graph) };
  entries.unshift(entry);
  evict(entries);
  return entry.executable;
}

/** Releases the least recently used executables beyond the bounds. */
function evict(entries: CacheEntry[]): void {
  let nodes = entries.reduce((n, { key }) => n + key.items.length, 0);
  while (entries.length > maxExecutables || (nodes > maxCachedNodes && entries.length > 1)) {
    const { executable, key } = entries.pop()!;
    nodes -= key.items.length;
    executable.release?.();
  }
}

/** No backend has room for a value of more bytes: a program refuses it. */
const maxBytes = 2 ** 32;

/** The value of a scalar that a movement only repeats, without a program. */
function fillFromScalar({ op, inputs: [x], shape, dtype }: Node): Value | undefined {
  if (op.family !== "movement" || !(x?.value instanceof ScalarValue)) return undefined;
  if (sizeOf(shape) * arrays[dtype].BYTES_PER_ELEMENT > maxBytes) return undefined;
  const [read, more] = movementRule(op).reads(
    op,
    [x.shape],
    shape.map((_, k) => arg(k)),
  );
  if (more || read?.valid) return undefined;
  return new ArrayValue(new arrays[dtype](sizeOf(shape)).fill(x.value.number));
}

const hasForms = ({ forgets, forms }: Node): boolean => forgets && forms.length > 0;

/** Replaces the operands of forms by their values, so that the nodes that they were made of can be forgotten. */
function keepForms(nodes: readonly Node[], values: ReadonlyMap<Node, Value>): void {
  for (const n of nodes)
    n.forms = n.forms.map((form) =>
      form.of(
        form.operands.map((x) => fromValue(x.value ?? values.get(x)!, x.shape, x.dtype)),
        form.ids,
      ),
    );
}

/** Gives nodes their values, all in one run. A node that forgets its inputs is still read as its forms. */
export function evaluate(nodes: readonly Node[]): void {
  const unknown = nodes.filter((n) => n.value === null);
  for (const n of unknown) {
    const value = n.value ? undefined : fillFromScalar(n);
    if (value) n.setValue(value);
  }
  const remembering = unknown.filter(hasForms);
  const requested = unknown.filter((n) => n.value === null);
  const operands = remembering
    .flatMap(({ forms }) => forms.flatMap((form) => form.operands))
    .filter((n) => n.value === null);
  const roots = operands.length === 0 ? requested : [...requested, ...new Set(operands)];
  const values = roots.length > 0 ? run(roots) : [];
  requested.forEach((n, k) => {
    if (n.value === null) n.setValue(values[k]!);
  });
  if (remembering.length > 0) keepForms(remembering, new Map(roots.map((n, k) => [n, values[k]!])));
}

/** The values of nodes, computed in one run. */
function run(nodes: readonly Node[]): readonly Value[] {
  const graph = graphOf(nodes);
  const inputs = graph.nodes.map((n) => n.value).filter((v) => v !== null);
  const values = executableOf(graph).run(inputs);
  runHook.onValues?.(nodes, values, graph.nodes.filter(graph.isInput), inputs);
  return values;
}

/** A graph prepared on the active backend, for a caller that keeps the executable. */
export function prepare(graph: CanonicalGraph): Executable {
  requireOutsideHost();
  return activeBackend().prepare(graph);
}

const backendKind: Kind = {
  holds: (x) => typeof (x as Backend | null)?.prepare === "function",
  message: "a backend",
  fix: "wasm",
};

const setBackendArguments: Signature = { backend: backendKind };
const withBackendArguments: Signature = { backend: backendKind, f: "function" };

/**
 * Runs every graph from now on with another backend.
 *
 * @param backend `wasm` by default; or `wasmRelaxed`, `interpreter`, one of `createWasm()`
 * @throws if it is not a backend
 * @example
 * setBackend(interpreter);
 * console.log(tensor([1, 2]).sum().item()); //=> 3
 * setBackend(wasm);
 */
export function setBackend(backend: Backend): void {
  checkArguments("setBackend", setBackendArguments, arguments);
  active = backend;
}

/**
 * Runs `f` with another backend, and gives what it returns.
 *
 * @throws where `f` is async, since the backend would be reset at its first await
 * @example
 * console.log(withBackend(interpreter, () => tensor([1, 2]).sum().item())); //=> 3
 */
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
