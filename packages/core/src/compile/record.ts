import { activeBackend, prepare } from "../backend/evaluate.ts";
import { getDefaultDtype } from "../dtype.ts";
import { fail, requireSynchronous } from "../errors.ts";
import { isRecording, isRewriting } from "../graph/build.ts";
import { type CanonicalGraph, canonicalize, graphOf } from "../graph/canonicalize.ts";
import { type Node, nodeHook } from "../graph/node.ts";
import { rewritesOf } from "../graph/rewrites.ts";
import { leaf } from "../ops/identity.ts";
import { isPlaceholder, placeholder } from "../ops/placeholder.ts";
import { type Outcome, Recorder, withRecorder } from "../tensor/recorder.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Flattened } from "./flattened.ts";
import { operandsToReturn, type ResultForm } from "./forms.ts";
import { History } from "./history.ts";
import type { TracedArguments } from "./inputs.ts";
import { type InputBinding, isNumber, type Specialization, undoAll } from "./specialization.ts";
import { Templates } from "./template.ts";

/** One trace of a function, and what it is traced with. */
class Recording {
  readonly recorder = new Recorder();
  /** Stand for the tensors of the arguments. */
  readonly placeholders: readonly Tensor[];
  readonly templates: Templates;

  constructor(readonly args: TracedArguments) {
    const { recorder } = this;
    const { tensors, objects } = args.found;
    recorder.arguments = new Set(objects);
    recorder.guard(activeBackend);
    recorder.guard(isRecording);
    recorder.guard(isRewriting);
    recorder.guard(getDefaultDtype);
    this.placeholders = tensors.map((x) => {
      const node = placeholder(x.shape, x.dtype);
      return new Tensor(x.requiresGrad ? leaf(node, x) : node);
    });
    args.forms.give(tensors, this.placeholders);
    this.templates = new Templates(recorder, args.found, this.placeholders);
  }
}

/** Runs f on placeholders: its result, and the entries that it wrote into its arguments. */
function trace<A extends readonly unknown[]>(
  { recorder, placeholders, templates, args: traced }: Recording,
  f: (...args: A) => unknown,
  args: A,
): Pick<Specialization, "result" | "argumentWrites"> {
  const run = () => {
    const result = templates.result(
      requireSynchronous("compile", f(...args), (kind) => `${kind} cannot be traced`),
    );
    const argumentWrites = traced.written(placeholders).map(({ object, entries }) => ({
      object,
      entries: entries.map(([key, value]) => [key, templates.written(value)] as const),
    }));
    return { result, argumentWrites };
  };
  return withRecorder(recorder, () => traced.replacedBy(placeholders, run));
}

/** Gives the cells that f has used their state from before the trace. */
function restore({ recorder, templates }: Recording): Outcome[] {
  const returned = new Set(templates.nodes);
  return [...recorder.bindings.values()].map((binding) => binding.restore((node) => returned.has(node)));
}

/** The node whose value an argument has: placeholders of those that require a gradient are behind a leaf. */
const behindLeaf = (node: Node): Node => (node.leaf ? node.inputs[0]! : node);

/** Finds where the value of each graph input comes from at a call. */
function bind(
  { recorder, placeholders }: Recording,
  graph: CanonicalGraph,
  outcomes: readonly Outcome[],
): InputBinding[] {
  const args = new Map(placeholders.map((t, index) => [behindLeaf(t.node), index]));
  const numbers = new Map(recorder.effects.filter(isNumber).map((number, index) => [number.node, index]));
  const slots = new Map(outcomes.flatMap((o) => o.slots).map((slot) => [slot.placeholder, slot]));
  const replaced = new Set(outcomes.flatMap((o) => o.written.map(([slot]) => slot)));
  const returned = new Set(graph.roots.map((root) => graph.items[root]!.input));
  return graph.inputs.map((node, k): InputBinding => {
    if (node.value) return { kind: "constant", value: node.value };
    const argument = args.get(node);
    if (argument !== undefined) return { kind: "argument", index: argument };
    const number = numbers.get(node);
    if (number !== undefined) return { kind: "number", index: number, dtype: node.dtype };
    const slot = slots.get(node);
    if (slot) return { kind: "slot", slot, replaced: replaced.has(slot), returned: returned.has(k) };
    return fail(
      "value",
      "compile",
      "a tensor of an earlier compiled function is used in this one. Return it there and pass it in",
    );
  });
}

/** The leaves of the trace, each with the node that it stands for at a call. */
function leavesOf({ recorder, placeholders }: Recording): NonNullable<Specialization["leaves"]> {
  const args = placeholders.map(
    ({ node }, i) => [node, (found: Flattened) => found.tensors[i]!.node] as const,
  );
  const cells = [...recorder.bindings.values()].map((cell) => [cell.traced, () => cell.node] as const);
  return [...args, ...cells].filter(([node]) => node.leaf);
}

/** Compiles what was traced. */
function specialize(
  recording: Recording,
  traced: ReturnType<typeof trace>,
  outcomes: readonly Outcome[],
): Specialization {
  const { recorder, args, templates } = recording;
  const returned = templates.nodes;
  const written = outcomes.flatMap((o) => o.written);
  const argumentAt = (x: Node): number => recording.placeholders.findIndex(({ node }) => node === x);
  const results = [...returned, ...operandsToReturn(returned, (x) => argumentAt(x) >= 0)];
  const sourceOf = (x: Node): ResultForm["operands"][number] => {
    const index = argumentAt(x);
    return index >= 0 ? { from: "argument", index } : { from: "output", index: results.indexOf(x) };
  };
  const nodes = [...results, ...written.map(([, node]) => node)];
  const graph = canonicalize(graphOf(nodes, (n) => n.value !== null || isPlaceholder(n)));
  const { roots } = graph;
  const inputs = bind(recording, graph, outcomes);
  const isAliased = (root: number) =>
    graph.items[root]!.input >= 0 || roots.indexOf(root) !== roots.lastIndexOf(root);
  const outputs = results.map((node) => ({ node, history: node.needsGrad ? new History(node) : null }));
  return {
    matches: args.matches,
    guards: recorder.guards,
    effects: recorder.effects,
    graph,
    rewrites: rewritesOf(nodes),
    executable: prepare(graph),
    inputs,
    outputs,
    forms: returned.map(({ forms }) =>
      forms.map((form) => ({ form, operands: form.operands.map(sourceOf) })),
    ),
    ...traced,
    slotWrites: written.map(([slot], k) => ({ slot, aliased: isAliased(roots[results.length + k]!) })),
    cleanups: outcomes.flatMap((o) => o.cleanups),
    leaves: outputs.some(({ history }) => history) ? leavesOf(recording) : null,
    hookedNodes: nodeHook && nodes,
  };
}

/**
 * Traces f and compiles the trace. If that fails, nothing has changed.
 *
 * A function that makes an object with state of its own is traced twice, since such an object must not outlive the call:
 * the second trace throws if it uses an object that escaped from the first.
 */
export function record<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  args: A,
  traced: TracedArguments,
  isSecond = false,
): Specialization {
  const recording = new Recording(traced);
  const { recorder } = recording;
  let outcomes: Outcome[] = [];
  try {
    let result: ReturnType<typeof trace>;
    try {
      result = trace(recording, f, args);
    } finally {
      outcomes = restore(recording);
    }
    if (recorder.makesState && !isSecond) {
      undoAll(recorder.effects.splice(0));
      return record(f, args, traced, true);
    }
    for (const { read, traced, onChange } of recorder.guards)
      if (onChange && !Object.is(read(), traced)) fail("state", "compile", onChange());
    return specialize(recording, result, outcomes);
  } catch (error) {
    undoAll(recorder.effects);
    throw error;
  }
}
