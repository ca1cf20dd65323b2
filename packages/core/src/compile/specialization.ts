import type { Executable } from "../backend/backend.ts";
import { runHook } from "../backend/hooks.ts";
import type { DType } from "../dtype.ts";
import type { CanonicalGraph } from "../graph/canonicalize.ts";
import { type Node, ScalarValue, type Value } from "../graph/node.ts";
import { known } from "../ops/source.ts";
import type { Asked, Effect, Guard, Slot, Tracing } from "../tensor/recorder.ts";
import { Tensor } from "../tensor/tensor.ts";
import { containerOf, type Entry } from "./container.ts";
import type { Given, History } from "./history.ts";
import type { Fits, Found } from "./inputs.ts";
import type { Template } from "./template.ts";

/** What an input of a compiled graph is at a call. */
export type Binding =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "slot"; readonly slot: Slot; readonly replaced: boolean; readonly passed: boolean }
  | { readonly kind: "number"; readonly place: number; readonly dtype: DType }
  | { readonly kind: "constant"; readonly value: Value };

/** An output of the program that the function returned. */
export interface Output {
  readonly node: Node;
  /** What it was made of, where that requires gradients. */
  readonly history: History | null;
}

/** A function as it was traced once, for arguments of one kind. */
export interface Compiled {
  /** Whether arguments are such as it was traced for. */
  readonly fits: Fits;
  readonly executable: Executable;
  readonly structure: CanonicalGraph;
  /** What it computes, where the making of graphs is followed. */
  readonly nodes: readonly Node[] | null;
  readonly bindings: readonly Binding[];
  readonly outputs: readonly Output[];
  readonly result: Template;
  /** What it writes into objects among its arguments. */
  readonly entries: readonly {
    readonly place: number;
    readonly entries: readonly (readonly [unknown, Template])[];
  }[];
  /** The slots that it writes, and whether something else comes to hold the new value too. */
  readonly written: readonly { readonly slot: Slot; readonly shared: boolean }[];
  readonly calls: Tracing["calls"];
  /** What is left to do once it has run. */
  readonly after: readonly (() => void)[];
  readonly guards: readonly Guard[];
  /** Where a result requires gradients: the leaves that stood for cells and arguments, and what they are at a call. */
  readonly openings: readonly (readonly [Node, (found: Found) => Node])[] | null;
}

export function holds({ guards }: Compiled): boolean {
  for (const { ask, was } of guards) if (!Object.is(ask(), was)) return false;
  return true;
}

export const isEffect = (c: Asked | Effect): c is Effect => "act" in c;

export const undo = (calls: Tracing["calls"]): void => {
  for (const { undo } of [...calls].reverse()) undo();
};

/** What the inputs of a program are at a call, and which of them it does away with. */
function bind(
  { bindings, openings }: Compiled,
  { tensors }: Found,
  numbers: readonly number[],
): { readonly inputs: Value[]; readonly dying: boolean[] } {
  const inputs: Value[] = [];
  const dying: boolean[] = [];
  for (const b of bindings) {
    if (b.kind === "slot" && (b.passed || openings)) b.slot.share();
    dying.push(b.kind === "slot" && b.replaced && !b.slot.isShared());
    if (b.kind === "slot") inputs.push(b.slot.read());
    else if (b.kind === "constant") inputs.push(b.value);
    else if (b.kind === "number") inputs.push(new ScalarValue(numbers[b.place] as number, b.dtype));
    else inputs.push((tensors[b.index] as Tensor).node.value as Value);
  }
  return { inputs, dying };
}

/** What the inputs of the graph were at a call, for gradients that are asked for later. */
function givenAt(
  { openings, bindings, structure }: Compiled,
  found: Found,
  inputs: readonly Value[],
): Given | null {
  if (!openings) return null;
  const leaves = new Map(openings.map(([opening, present]) => [opening, present(found)]));
  const all = () => {
    const given = new Map(leaves);
    structure.inputs.forEach((node, i) => {
      if (bindings[i]?.kind !== "constant")
        given.set(node, known(inputs[i] as Value, node.shape, node.dtype));
    });
    return given;
  };
  return { leaves, all };
}

/** Runs a program for arguments; `first` says that its numbers and effects were had in the tracing. */
export function call(compiled: Compiled, found: Found, first: boolean): unknown {
  const { executable, structure, nodes, outputs, calls } = compiled;
  let done = 0;
  try {
    const numbers: number[] = [];
    for (const c of calls) {
      if (!isEffect(c)) numbers.push(first ? c.first : c.ask());
      else if (!first) c.act();
      done++;
    }
    const { inputs, dying } = bind(compiled, found, numbers);
    const given = givenAt(compiled, found, inputs);
    const values = executable.run(inputs, runHook.onValues ? undefined : dying);
    if (nodes) runHook.onValues?.(nodes, values, structure.inputs, inputs);
    const results = outputs.map(({ node, history }, k) => {
      const value = values[k] as Value;
      return new Tensor(history && given ? history.node(value, given) : known(value, node.shape, node.dtype));
    });
    let place = outputs.length;
    for (const { slot, shared } of compiled.written) slot.hold(values[place++] as Value, shared);
    for (const act of compiled.after) act();
    for (const { place, entries } of compiled.entries) {
      const x = found.objects[place] as object;
      containerOf(x).put(
        x,
        entries.map(([key, make]): Entry => [key, make(results, found)]),
      );
    }
    return compiled.result(results, found);
  } catch (error) {
    undo(calls.slice(0, done));
    throw error;
  }
}
