import { checkArguments, type Signature } from "../arguments.ts";
import type { Executable } from "../backend/backend.ts";
import { activeBackend, prepare } from "../backend/evaluate.ts";
import { getDefaultDtype } from "../dtype.ts";
import { fail, requireSynchronous } from "../errors.ts";
import { isRecording } from "../graph/build.ts";
import { type CanonicalGraph, canonicalize, graphOf } from "../graph/canonicalize.ts";
import { Node, nodeHook } from "../graph/node.ts";
import { leaf } from "../ops/identity.ts";
import { isPlaceholder, placeholder } from "../ops/placeholder.ts";
import {
  type Asked,
  asked,
  type Ending,
  guard,
  perCall,
  type Slot,
  Tracing,
  traced,
  tracing,
} from "../tensor/recorder.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { isTransforming } from "../transform/trace.ts";
import { History } from "./history.ts";
import { Arguments, type Found, nothingFound } from "./inputs.ts";
import { type Binding, type Compiled, call, holds, isEffect, undo } from "./specialization.ts";
import { type Template, Templates } from "./template.ts";

export { guard, perCall };

const dynamicArguments: Signature = { ask: "function" };

/**
 * A number for formulas that is asked for again at every call of the compiled function it is used in: a learning rate
 * that a schedule changes. Elsewhere it is the number. It adapts to dtypes as a JavaScript number does.
 */
export function dynamic(ask: () => number): TensorLike {
  checkArguments("dynamic", dynamicArguments, arguments);
  const node = asked(ask);
  if (node instanceof Node) return new Tensor(node);
  return typeof node === "number"
    ? node
    : fail("value", "dynamic", `ask returned ${typeof node}; it must return a number`);
}

/** What a function did while it was traced. */
interface Traced {
  readonly result: Template;
  readonly entries: Compiled["entries"];
  readonly outputs: readonly Node[];
  readonly endings: readonly Ending[];
}

/** Runs f on stand-ins for the tensors of its arguments; whatever comes of it, cells and arguments are as before. */
function follow(
  record: Tracing,
  f: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  given: Arguments,
  standIns: readonly Tensor[],
): Traced {
  const templates = new Templates(record, given.found, standIns);
  const endings: Ending[] = [];
  try {
    const run = () => {
      const result = templates.result(
        requireSynchronous("compile", f(...args), (kind) => `${kind} cannot be traced`),
      );
      const entries = given.written(standIns).map(({ place, entries }) => ({
        place,
        entries: entries.map(([key, value]) => [key, templates.written(value)] as const),
      }));
      return { result, entries };
    };
    return { ...traced(record, () => given.replacedBy(standIns, run)), outputs: templates.nodes, endings };
  } finally {
    const returned = new Set(templates.nodes);
    for (const { close } of record.cells.values()) endings.push(close((node) => returned.has(node)));
  }
}

/**
 * Traces f and makes ready what it does; where that fails, nothing has changed. A function that makes something with
 * state of its own is traced twice: the second tracing finds what the first one has kept, which has to be refused.
 */
function trace(
  f: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  given: Arguments,
  again = false,
): Compiled {
  const record = new Tracing();
  try {
    record.arguments = new Set(given.found.objects);
    record.guard(activeBackend);
    record.guard(isRecording);
    record.guard(getDefaultDtype);
    const standIns = given.found.tensors.map((x) => {
      const node = placeholder(x.shape, x.dtype);
      return new Tensor(x.requiresGrad ? leaf(node, x) : node);
    });
    const followed = follow(record, f, args, given, standIns);
    if (record.makesState && !again) {
      undo(record.calls);
      record.calls.length = 0;
      return trace(f, args, given, true);
    }
    for (const { ask, was, changed } of record.guards)
      if (changed && !Object.is(ask(), was)) fail("state", "compile", changed());
    return assembled(record, given, standIns, followed);
  } catch (error) {
    undo(record.calls);
    throw error;
  }
}

function assembled(
  record: Tracing,
  given: Arguments,
  standIns: readonly Tensor[],
  { result, entries, outputs, endings }: Traced,
): Compiled {
  const written = endings.flatMap((e) => e.written);
  const nodes = [...outputs, ...written.map(([, node]) => node)];
  const structure = canonicalize(graphOf(nodes, (n) => n.value !== null || isPlaceholder(n)));
  const places = structure.roots;
  const bindings = bindingsOf(structure, record, standIns, endings);
  const isShared = (root: number) =>
    (structure.items[root]?.input as number) >= 0 || places.indexOf(root) !== places.lastIndexOf(root);
  const histories = outputs.map((node) => (node.needsGrad ? new History(node) : null));
  return {
    fits: given.fits,
    executable: prepare(structure),
    structure,
    nodes: nodeHook && nodes,
    bindings,
    outputs: outputs.map((node, k) => ({ node, history: histories[k] ?? null })),
    result,
    entries,
    written: written.map(([slot], k) => ({ slot, shared: isShared(places[outputs.length + k] as number) })),
    calls: record.calls,
    after: endings.flatMap((e) => e.after),
    guards: record.guards,
    openings: histories.some((h) => h) ? openingsOf(record, standIns) : null,
  };
}

const base = (node: Node): Node => (node.leaf ? (node.inputs[0] as Node) : node);

/** What each input of a graph is at a call. */
function bindingsOf(
  structure: CanonicalGraph,
  record: Tracing,
  standIns: readonly Tensor[],
  endings: readonly Ending[],
): Binding[] {
  const args = new Map(standIns.map((t, index) => [base(t.node), index]));
  const numbers = new Map(
    record.calls.filter((c): c is Asked => !isEffect(c)).map((c, place) => [c.node, place]),
  );
  const slots = new Map(endings.flatMap((e) => e.slots).map((slot) => [slot.standIn, slot]));
  const replaced = new Set<Slot>(endings.flatMap((e) => e.written.map(([slot]) => slot)));
  const passed = new Set(structure.roots.map((r) => structure.items[r]?.input));
  return structure.inputs.map((node, k): Binding => {
    if (node.value) return { kind: "constant", value: node.value };
    const index = args.get(node);
    if (index !== undefined) return { kind: "argument", index };
    const place = numbers.get(node);
    if (place !== undefined) return { kind: "number", place, dtype: node.dtype };
    const slot = slots.get(node);
    if (slot) return { kind: "slot", slot, replaced: replaced.has(slot), passed: passed.has(k) };
    return fail(
      "value",
      "compile",
      "a tensor of an earlier compiled function is used in this one. Return it there and pass it in",
    );
  });
}

/** The leaves of a traced graph, with what they are at a call. */
function openingsOf(record: Tracing, standIns: readonly Tensor[]): Compiled["openings"] {
  const args = standIns.map(
    ({ node }, i) => [node, (found: Found) => (found.tensors[i] as Tensor).node] as const,
  );
  const cells = [...record.cells.values()].map(({ opening, value }) => [opening, value.node] as const);
  return [...args, ...cells].filter(([node]) => node.leaf);
}

/** Forms of one function that are kept: for other arguments, or where guards come out in other ways. */
const mostForms = 256;

/** The compiled forms of a function, the one used last first. */
class Forms {
  #list: Compiled[] = [];
  /** What they run, apart from them: forms hold what they guard, which may hold the function. */
  readonly executables = new Set<Executable>();

  /** The form for arguments, and what was found in these. */
  find(args: readonly unknown[], found: Found): Compiled | undefined {
    for (const [k, form] of this.#list.entries()) {
      found.tensors.length = found.objects.length = 0;
      if (!form.fits(args, found) || !holds(form)) continue;
      if (k > 0) this.#list = [form, ...this.#list.filter((other) => other !== form)];
      return form;
    }
    return undefined;
  }

  add(form: Compiled): void {
    this.#list.unshift(form);
    this.executables.add(form.executable);
    const last = this.#list.length > mostForms && this.#list.pop();
    if (!last) return;
    this.executables.delete(last.executable);
    last.executable.release?.();
  }
}

const formsOf = new WeakMap<object, Forms>();

/** What a compiled function that nobody holds any more leaves behind. */
const left = new FinalizationRegistry<ReadonlySet<Executable>>((executables) => {
  for (const one of executables) one.release?.();
});

/** What a compiled function does for arguments such as it was called with before. */
export const compiledStructure = (f: object, args: readonly unknown[]): CanonicalGraph | undefined =>
  formsOf.get(f)?.find(args, nothingFound())?.structure;

const compileArguments: Signature = { f: "function" };

/**
 * f as one program: traced once for each signature (shapes, dtypes, other arguments), and from then on run without
 * building a graph. It gives the numbers that f gives and leaves the state that f leaves: parameters, buffers, gradients,
 * optimizers, schedules, generators, and what f writes into its arguments. A call that fails changes nothing.
 *
 * - Gradients are kept for whoever reads them. Only those that an optimizer's step inside has used up, and that the next
 *   call does not add to, are not: reading one throws, and says to return it.
 * - Results have a history where those of f have one; `backward()` on them computes f once more.
 * - Modes, `dynamic` numbers, `train()`, the options of modules and of optimizers may change between calls.
 * - What f makes inside, such as a `Cell`, an optimizer or a `Generator`, starts anew at each call and must stay inside; f
 *   is traced twice then. A `Cell` that f returns is returned as its value.
 * - Other JavaScript values that f reads besides its arguments are those of the tracing, but for those in `guard`, and so is
 *   every other effect, but for those in `perCall`.
 *
 * Inside another compiled function, or a function that `grad` and its like differentiate, it is part of that one.
 * @throws where f reads the elements of a tensor or branches on one, is async or a generator, keeps what it made inside, sets
 * a field of a module, or is given typed arrays, iterators, promises or getters.
 */
export function compile<A extends readonly unknown[], Y>(f: (...args: A) => Y): (...args: A) => Y {
  checkArguments("compile", compileArguments, arguments);
  const forms = new Forms();
  const untyped = f as unknown as (...args: readonly unknown[]) => unknown;
  const compiled = (...args: A): Y => {
    if (tracing() || isTransforming()) return f(...args);
    const found = nothingFound();
    const form = forms.find(args, found);
    const given = form ? null : new Arguments(args);
    const { tensors, objects } = given?.found ?? found;
    if (tensors.some((x) => x.node.value === null)) Tensor.evaluate(tensors);
    if (form && (form.nodes || !nodeHook)) return call(form, found, false) as Y;
    const made = trace(untyped, args, given ?? new Arguments(args));
    forms.add(made);
    return call(made, { tensors, objects }, true) as Y;
  };
  formsOf.set(compiled, forms);
  left.register(compiled, forms.executables);
  return compiled;
}
