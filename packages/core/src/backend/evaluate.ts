import { checkArguments, type Kind, type Signature } from "../arguments.ts";
import { arrays } from "../dtype.ts";
import { done } from "../errors.ts";
import { type Graph, graphOf, type Structure, structureOf } from "../graph/canonicalize.ts";
import { fits, type Outline, outlineOf } from "../graph/graph-key.ts";
import { type Node, Single, type Value } from "../graph/node.ts";
import { arg } from "../scalar/expr.ts";
import { sizeOf } from "../shape.ts";
import type { Backend, Executable } from "./backend.ts";
import { watcher } from "./hooks.ts";
import { wasm } from "./wasm/wasm.ts";

/** So many executables, of so many nodes together, are kept ready for each backend; the one not used for longest goes first. */
const mostReady = 256;
const mostNodes = 2 ** 20;

interface Ready {
  readonly outline: Outline;
  readonly executable: Executable;
}

let active: Backend = wasm;
/** Last used first. */
const ready = new WeakMap<Backend, Ready[]>();

/** The executable for a graph: the one kept from an equal graph, or a new one. */
function executableOf(graph: Graph): Executable {
  const kept = ready.get(active) ?? [];
  ready.set(active, kept);
  const at = kept.findIndex(({ outline }) => fits(outline, graph));
  if (at === 0) return (kept[0] as Ready).executable;
  const [known] = at > 0 ? kept.splice(at, 1) : [];
  const one = known ?? { executable: active.prepare(structureOf(graph)), outline: outlineOf(graph) };
  kept.unshift(one);
  let nodes = kept.reduce((n, { outline }) => n + outline.steps.length, 0);
  while (kept.length > mostReady || (nodes > mostNodes && kept.length > 1)) {
    const { executable, outline } = kept.pop() as Ready;
    nodes -= outline.steps.length;
    executable.release?.();
  }
  return one.executable;
}

/** More bytes than this fit nowhere. */
const most = 2 ** 32;

/** The value of a number that is only repeated: no work for a program, but where that has to refuse it. */
function repeated({ op, inputs: [x], shape, dtype }: Node): Value | undefined {
  if (op.family !== "movement" || !(x?.value instanceof Single)) return undefined;
  if (sizeOf(shape) * arrays[dtype].BYTES_PER_ELEMENT > most) return undefined;
  const [read, more] = op.reads(shape.map((_, k) => arg(k)));
  if (more || read?.valid) return undefined;
  return { array: new arrays[dtype](sizeOf(shape)).fill(x.value.number) };
}

/** Gives nodes their values, all in one run. */
export function evaluate(nodes: readonly Node[]): void {
  for (const n of nodes) {
    const value = n.value ? undefined : repeated(n);
    if (value) n.settle(value);
  }
  const pending = nodes.filter((n) => n.value === null);
  if (pending.length === 0) return;
  const graph = graphOf(pending);
  const inputs = graph.nodes.map((n) => n.value).filter((v) => v !== null);
  const values = executableOf(graph).run(inputs);
  watcher.found?.(pending, values, graph.nodes.filter(graph.isInput), inputs);
  pending.forEach((n, k) => {
    if (n.value === null) n.settle(values[k] as Value);
  });
}

/** A graph made ready on the present backend, for whoever keeps it. */
export const prepare = (structure: Structure): Executable => active.prepare(structure);

/** The backend that runs graphs at present. */
export const activeBackend = (): Backend => active;

const backendKind: Kind = {
  holds: (x) => typeof (x as Backend | null)?.prepare === "function",
  says: "a backend",
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
    return done("withBackend", f());
  } finally {
    active = before;
  }
}
