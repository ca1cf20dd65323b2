import type { Executable } from "../backend/backend.ts";
import { runHook } from "../backend/hooks.ts";
import type { DType } from "../dtype.ts";
import type { CanonicalGraph } from "../graph/canonicalize.ts";
import type { Node } from "../graph/node.ts";
import { ScalarValue, type Value } from "../graph/value.ts";
import { fromValue } from "../ops/source.ts";
import type { DynamicNumber, Guard, SideEffect, Slot } from "../tensor/recorder.ts";
import { Tensor } from "../tensor/tensor.ts";
import { containerOf, type Entry } from "./container.ts";
import type { Flattened } from "./flattened.ts";
import { giveForms, type ResultForm } from "./forms.ts";
import type { CallInputs, History } from "./history.ts";
import type { Matcher } from "./inputs.ts";
import type { Template } from "./template.ts";

/** Where the value of a graph input comes from at a call. */
export type InputBinding =
  | { readonly kind: "argument"; readonly index: number }
  | {
      readonly kind: "slot";
      readonly slot: Slot;
      /** Whether the call replaces the value, so that its memory may be donated. */
      readonly replaced: boolean;
      /** Whether the input is an output too. */
      readonly returned: boolean;
    }
  | { readonly kind: "number"; readonly index: number; readonly dtype: DType }
  | { readonly kind: "constant"; readonly value: Value };

/** A program output that the function returns or writes into an argument, or that a form of such an output is made of. */
export interface Output {
  readonly node: Node;
  /** Its history, if it requires a gradient. */
  readonly history: History | null;
}

/** Something that happens at each call. */
export type Effect = DynamicNumber | SideEffect;

/** A function compiled for arguments of one structure, as long as its guards hold. */
export interface Specialization {
  /** Whether arguments have the structure that the function was traced for. */
  readonly matches: Matcher;
  readonly guards: readonly Guard[];
  readonly effects: readonly Effect[];
  readonly graph: CanonicalGraph;
  /** The rewrites that made nodes of the graph. */
  readonly rewrites: readonly string[];
  readonly executable: Executable;
  readonly inputs: readonly InputBinding[];
  readonly outputs: readonly Output[];
  /** For each output that the function returns or writes, what rewrites know of it. */
  readonly forms: readonly (readonly ResultForm[])[];
  /** Builds the result from the outputs. */
  readonly result: Template;
  /** The new entries of objects among the arguments. */
  readonly argumentWrites: readonly {
    readonly object: number;
    readonly entries: readonly (readonly [unknown, Template])[];
  }[];
  /** The slots that it writes, in the order of the program outputs after `outputs`. */
  readonly slotWrites: readonly {
    readonly slot: Slot;
    /** Whether something else holds the new value too. */
    readonly aliased: boolean;
  }[];
  /** Run after each call. */
  readonly cleanups: readonly (() => void)[];
  /** If a result requires a gradient: the leaves of the trace, each with the node that it stands for at a call. */
  readonly leaves: readonly (readonly [Node, (found: Flattened) => Node])[] | null;
  /** The nodes of all outputs, if a node hook followed the trace. */
  readonly hookedNodes: readonly Node[] | null;
}

export function guardsHold({ guards }: Specialization): boolean {
  for (const { read, traced } of guards) if (!Object.is(read(), traced)) return false;
  return true;
}

export const isNumber = (effect: Effect): effect is DynamicNumber => "read" in effect;

export const undoAll = (effects: readonly Effect[]): void => {
  for (const { undo } of [...effects].reverse()) undo();
};

/** The values of the program inputs at a call, and which of them are donated to the program. */
function inputValues(
  { inputs, leaves }: Specialization,
  { tensors }: Flattened,
  numbers: readonly number[],
): { readonly values: Value[]; readonly donated: boolean[] } {
  const values: Value[] = [];
  const donated: boolean[] = [];
  for (const b of inputs) {
    if (b.kind === "slot" && (b.returned || leaves)) b.slot.aliased = true;
    donated.push(b.kind === "slot" && b.replaced && !b.slot.aliased);
    if (b.kind === "slot") values.push(b.slot.read());
    else if (b.kind === "constant") values.push(b.value);
    else if (b.kind === "number") values.push(new ScalarValue(numbers[b.index]!, b.dtype));
    else values.push(tensors[b.index]!.node.value!);
  }
  return { values, donated };
}

/** The inputs of a call as nodes, for gradients that are taken after it. */
function callInputs(
  { leaves, inputs, graph }: Specialization,
  found: Flattened,
  values: readonly Value[],
): CallInputs | null {
  if (!leaves) return null;
  const nodes = new Map(leaves.map(([leaf, present]) => [leaf, present(found)]));
  const all = () => {
    const substitution = new Map(nodes);
    graph.inputs.forEach((node, i) => {
      if (inputs[i]!.kind !== "constant")
        substitution.set(node, fromValue(values[i]!, node.shape, node.dtype));
    });
    return substitution;
  };
  return { leaves: nodes, all };
}

/** Puts the outputs of the program into the slots and the arguments, and gives the result of the function. */
function commit(
  { outputs, forms, slotWrites, cleanups, argumentWrites, result }: Specialization,
  found: Flattened,
  values: readonly Value[],
  given: CallInputs | null,
): unknown {
  const tensors = outputs.map(({ node, history }, k) => {
    const value = values[k]!;
    return new Tensor(
      history && given ? history.node(value, given) : fromValue(value, node.shape, node.dtype),
    );
  });
  giveForms(forms, tensors, found);
  slotWrites.forEach(({ slot, aliased }, k) => {
    slot.write(values[outputs.length + k]!, aliased);
  });
  for (const cleanup of cleanups) cleanup();
  for (const { object, entries } of argumentWrites) {
    const x = found.objects[object]!;
    containerOf(x).put(
      x,
      entries.map(([key, make]): Entry => [key, make(tensors, found)]),
    );
  }
  return result(tensors, found);
}

/**
 * Runs the program for arguments; if it fails, the effects are undone.
 *
 * @param isFirst whether this is the call that was traced: its effects happened in the trace
 */
export function run(specialization: Specialization, found: Flattened, isFirst: boolean): unknown {
  const { executable, graph, hookedNodes, effects } = specialization;
  let done = 0;
  try {
    const numbers: number[] = [];
    for (const effect of effects) {
      if (isNumber(effect)) numbers.push(isFirst ? effect.first : effect.read());
      else if (!isFirst) effect.act();
      done++;
    }
    const { values, donated } = inputValues(specialization, found, numbers);
    const given = callInputs(specialization, found, values);
    const results = executable.run(values, runHook.onValues ? undefined : donated);
    if (hookedNodes) runHook.onValues?.(hookedNodes, results, graph.inputs, values);
    return commit(specialization, found, results, given);
  } catch (error) {
    undoAll(effects.slice(0, done));
    throw error;
  }
}
