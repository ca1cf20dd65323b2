import { checkArguments, type Signature } from "../arguments.ts";
import { evaluate, prepare } from "../backend/evaluate.ts";
import { type RunHook, runHook, setRunHook } from "../backend/hooks.ts";
import { isFloat } from "../dtype.ts";
import { fail, requireSynchronous } from "../errors.ts";
import { canonicalize, graphOf } from "../graph/canonicalize.ts";
import { type Node, type NodeHook, setNodeHook } from "../graph/node.ts";
import { elementsNow, type Value } from "../graph/value.ts";
import { topological } from "../graph/walk.ts";
import { formatShape } from "../shape.ts";
import { currentRecorder } from "../tensor/recorder.ts";
import { Tensor } from "../tensor/tensor.ts";
import { treeLeaves } from "../transform/pytree.ts";
import { coordinatesOf, inputElements } from "./provenance.ts";
import { callerOf, captureStack, withDeepTraces } from "./stack-trace.ts";

/** Options of `detectAnomaly`. */
export interface AnomalyOptions {
  /** Whether to look for NaN (true). */
  readonly nan?: boolean;
  /** Whether to look for ±∞ that arises from finite numbers (false). */
  readonly inf?: boolean;
}

/** Where a node was made, and the node whose derivative it is a part of. */
interface Provenance {
  readonly trace: Error;
  readonly of: Node | undefined;
}

const provenanceOf = new WeakMap<Node, Provenance>();

/** Records for each node where it was made. Gradients are computed at once, so that an error stops at its cause. */
function recordProvenance(): NodeHook {
  let of: Node | undefined;
  return {
    onCreate: (node) => provenanceOf.set(node, { trace: captureStack(), of }),
    onBackward(node) {
      of = node ?? undefined;
    },
    onGradients(nodes) {
      if (!currentRecorder()) evaluate(nodes.filter((n) => n !== null));
    },
  };
}

/** `called at file:1:2`, with the ops whose derivative a node is a part of. */
function describeProvenance(node: Node): string {
  const making = provenanceOf.get(node);
  const place = making && callerOf(making.trace);
  if (!making?.of) return place ? `, called at ${place}` : "";
  return `, in the derivative of ${making.of.op.name}${describeProvenance(making.of)}${place ? `, taken at ${place}` : ""}`;
}

/** An element of a node. */
interface ElementRef {
  readonly node: Node;
  readonly e: number;
}

type Test = (x: number) => boolean;
const isNan: Test = Number.isNaN;
const isInfinite: Test = (x) => x === Infinity || x === -Infinity;

/** Recomputes a graph op by op, as far as necessary. */
class Replay {
  readonly #values = new Map<Node, Value>();

  constructor(
    readonly roots: readonly Node[],
    values: readonly Value[],
    readonly inputs: readonly Node[],
    given: readonly Value[],
  ) {
    for (const [k, node] of roots.entries()) this.#values.set(node, values[k]!);
    for (const [k, node] of inputs.entries()) this.#values.set(node, given[k]!);
  }

  elements(node: Node): ArrayLike<number> {
    if (!this.#values.has(node))
      for (const x of topological([node], (n) => !this.#values.has(n)))
        if (!this.#values.has(x)) this.#values.set(x, this.#compute(x));
    return elementsNow(this.#values.get(node)!, "detectAnomaly");
  }

  /** Computes a node whose inputs have values. */
  #compute(node: Node): Value {
    if (node.op.family === "identity") return this.#values.get(node.inputs[0]!)!;
    const structure = canonicalize(graphOf([node], (n) => n !== node));
    const executable = prepare(structure);
    const [value] = executable.run(structure.inputs.map((x) => this.#values.get(x)!));
    executable.release?.();
    return value as Value;
  }

  value({ node, e }: ElementRef): number {
    return this.elements(node)[e]!;
  }

  /** The first element of a node that passes a test. */
  first(node: Node, test: Test): ElementRef | undefined {
    const e = Array.prototype.findIndex.call(this.elements(node), test);
    return e < 0 ? undefined : { node, e };
  }

  /** The elements that an element is computed from, for each input of its node. */
  sources({ node, e }: ElementRef): ElementRef[][] {
    if (this.inputs.includes(node)) return [];
    const { inputs } = node;
    const places = inputElements(
      node,
      e,
      inputs,
      inputs.map((x) => this.elements(x)),
    );
    return inputs.map((x, k) => (places[k] ?? []).map((e) => ({ node: x, e })));
  }

  /** The inputs of an element that pass a test: the first one of each input node, earlier nodes first. */
  candidates(at: ElementRef, test: Test): ElementRef[] {
    const found = this.sources(at).flatMap((list) => list.find((x) => test(this.value(x))) ?? []);
    return found.sort((a, b) => a.node.id - b.node.id);
  }

  /** The origin of a NaN: the first element that is NaN, and the one that is computed from it. */
  originOfNaN(at: ElementRef): { readonly birth: ElementRef; readonly reader: ElementRef } {
    let [birth, reader] = [at, at];
    for (let [next] = this.candidates(at, isNan); next; [next] = this.candidates(next, isNan))
      [birth, reader] = [next, birth];
    return { birth, reader };
  }

  /** The origin of an infinity in an element or its inputs: the op that computes it from finite numbers, if any. */
  originOfInfinity(at: ElementRef): ElementRef | undefined {
    const met = new Set<Node>(this.inputs);
    const stack = [at];
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (met.has(next.node)) continue;
      met.add(next.node);
      const suspects = this.candidates(next, isInfinite);
      if (suspects.length === 0 && isInfinite(this.value(next))) return next;
      for (const suspect of suspects.reverse()) stack.push(suspect);
    }
    return undefined;
  }
}

const digits = (x: number): string => String(Number(x.toPrecision(7)));

/** Describes the values of elements. */
function range(values: readonly number[]): string {
  const [first = 0] = values;
  if (values.length === 1) return digits(first);
  const [low, high] = values.reduce(
    ([low, high], x) => [Math.min(low, x), Math.max(high, x)],
    [first, first],
  );
  return `${values.length} elements between ${digits(low)} and ${digits(high)}`;
}

/** Throws the error for an element. */
function report(replay: Replay, at: ElementRef, reader = at): never {
  const { op, dtype, shape } = at.node;
  const place = formatShape(coordinatesOf(shape, at.e));
  const what = `${replay.value(at)} at ${place} of ${dtype}${formatShape(shape)}`;
  if (replay.inputs.includes(at.node))
    fail("value", reader.node.op.name, `was given ${what}${describeProvenance(reader.node)}`);
  const from = replay.sources(at).filter((list) => list.length > 0);
  const values = from.map((list) => range(list.map((x) => replay.value(x)))).join(" and ");
  fail("value", op.name, `gave ${what}${values && ` from ${values}`}${describeProvenance(at.node)}`);
}

/** Searches the values of a graph for anomalies. @throws at the first one */
function inspect(replay: Replay, { nan, inf }: Required<AnomalyOptions>): void {
  for (const node of [...replay.roots].sort((a, b) => a.id - b.id)) {
    if (!isFloat(node.dtype) || replay.inputs.includes(node)) continue;
    const found = replay.first(node, isNan);
    const { birth, reader } = found ? replay.originOfNaN(found) : {};
    const over = inf ? (birth ?? replay.first(node, isInfinite)) : undefined;
    const infinity = over && replay.originOfInfinity(over);
    if (infinity) report(replay, infinity);
    if (nan && birth) report(replay, birth, reader);
  }
}

const anomalyArguments: Signature = { f: "function", options: { nan: "boolean", inf: "boolean" } };

/**
 * Runs f, and throws if an evaluated result contains NaN: a value that is read or that f returns, a gradient, a new value of
 * a parameter. The error names the op that produced the NaN, the element, its inputs, the line that called the op and, for
 * an op of a derivative, what it is the derivative of. A NaN that reaches no evaluated result, such as one in the untaken
 * branch of `where`, is ignored. Results are those of an ordinary run, also in compiled functions.
 *
 * @param f a synchronous function
 * @param options `nan`, whether to look for NaN (true); `inf`, whether to look for ±∞ that arises from finite numbers (false)
 * @returns the result of f
 * @throws at the first anomaly
 *
 * @example
 * try {
 *   detectAnomaly(() => tensor([-1, 4]).sqrt().sum());
 * } catch (error) {
 *   console.log((error as Error).message.split(",")[0]); //=> sqrt: gave NaN at [0] of float32[2] from -1
 * }
 */
export function detectAnomaly<T>(f: () => T, options: AnomalyOptions = {}): T {
  checkArguments("detectAnomaly", anomalyArguments, arguments);
  const { nan = true, inf = false } = options;
  const onValues: RunHook["onValues"] = (...graph) => inspect(new Replay(...graph), { nan, inf });
  const before = { watcher: setRunHook({ ...runHook, onValues }), observer: setNodeHook(recordProvenance()) };
  try {
    return withDeepTraces(() => {
      const result = requireSynchronous("detectAnomaly", f());
      Tensor.evaluate(treeLeaves(result));
      return result;
    });
  } finally {
    setRunHook(before.watcher);
    setNodeHook(before.observer);
  }
}
