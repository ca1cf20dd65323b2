import { checkArguments, type Signature } from "../arguments.ts";
import type { Executable } from "../backend/backend.ts";
import { activeBackend, prepare } from "../backend/evaluate.ts";
import { watcher } from "../backend/watch.ts";
import { type DType, getDefaultDtype } from "../dtype.ts";
import { fail } from "../errors.ts";
import { type Node, observer, Single, type Value } from "../graph/node.ts";
import { graphOf, type Structure, structureOf } from "../graph/structure.ts";
import { isPlaceholder, placeholder } from "../ops/placeholder.ts";
import { known } from "../ops/source.ts";
import { sameShape } from "../shape.ts";
import { Cell } from "../tensor/parameter.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import {
  type Asked,
  asked,
  type Effect,
  guard,
  type MetCell,
  perCall,
  Tracing,
  traced,
  tracing,
} from "../tensor/tracing.ts";
import { isBranch, mapTree, refill, tensorsOf } from "./tree.ts";

export { guard, perCall };

const dynamicArguments: Signature = { ask: "function" };

/**
 * A number for formulas that is asked for again at every call of the compiled function it is used in: a learning rate
 * that a schedule changes. Elsewhere it is the number. It adapts to dtypes as a JavaScript number does.
 */
export function dynamic(ask: () => number): TensorLike {
  checkArguments("dynamic", dynamicArguments, arguments);
  const node = asked(ask);
  return typeof node === "number" ? node : new Tensor(node);
}

/** What an input of a compiled graph is at a call. */
type Binding =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "cell"; readonly cell: MetCell; readonly replaced: boolean; readonly passed: boolean }
  | { readonly kind: "gradient"; readonly cell: MetCell }
  | { readonly kind: "number"; readonly place: number; readonly dtype: DType }
  | { readonly kind: "constant"; readonly value: Value };

interface Compiled<Y> {
  /** Whether arguments are such as it was traced for; their tensors are added to a list. */
  readonly fits: Fits;
  readonly executable: Executable;
  readonly structure: Structure;
  /** What it works out, where the making of graphs is followed. */
  readonly nodes: readonly Node[] | null;
  readonly bindings: readonly Binding[];
  readonly result: Y;
  /** The nodes of the result's tensors, for their shapes and dtypes. */
  readonly outputs: readonly { readonly shape: Node["shape"]; readonly dtype: Node["dtype"] }[];
  /** The cells assigned to, and whether something else comes to hold the new value too. */
  readonly written: readonly { readonly cell: MetCell; readonly shared: boolean }[];
  readonly calls: Tracing["calls"];
  /** What the tracing depended on, and how that came out. */
  readonly guards: readonly { readonly ask: () => unknown; readonly was: unknown }[];
}

const holds = ({ guards }: Compiled<unknown>): boolean =>
  guards.every(({ ask, was }) => Object.is(ask(), was));

type Fits = (x: unknown, tensors: Tensor[]) => boolean;

/** Tells what a function compiled for `x` serves: tensors of the same shapes and dtypes, and everything else itself. */
function fitting(x: unknown): Fits {
  if (x instanceof Tensor && !(x instanceof Cell)) {
    const { dtype, shape } = x;
    return (y, tensors) => {
      if (!(y instanceof Tensor) || y instanceof Cell) return false;
      tensors.push(y);
      return y.dtype === dtype && sameShape(y.shape, shape);
    };
  }
  if (!isBranch(x)) return (y) => Object.is(x, y);
  const keys = Object.keys(x);
  const parts = keys.map((k) => fitting(x[k]));
  const list = Array.isArray(x);
  return (y, tensors) => {
    if (!isBranch(y) || Array.isArray(y) !== list) return false;
    const own = Object.keys(y);
    return own.length === keys.length && keys.every((k, i) => own[i] === k && parts[i]?.(y[k], tensors));
  };
}

const argumentsOf = (args: readonly unknown[]): Tensor[] =>
  tensorsOf(args).filter((x) => !(x instanceof Cell));

/** Traces f and makes ready what it does; where that fails, nothing has changed. */
function trace<A extends readonly unknown[], Y>(f: (...args: A) => Y, args: A): Compiled<Y> {
  const record = new Tracing();
  try {
    return recorded(record, f, args);
  } catch (error) {
    undo(record.calls.filter(isEffect));
    throw error;
  }
}

function recorded<A extends readonly unknown[], Y>(
  record: Tracing,
  f: (...args: A) => Y,
  args: A,
): Compiled<Y> {
  const standIns = argumentsOf(args).map((x) => placeholder(x.shape, x.dtype));
  let next = 0;
  const seen = mapTree(args, (x) => (x instanceof Cell ? x : new Tensor(standIns[next++] as Node)));
  const ended = new Map<MetCell, Node | null>();
  let result: Y;
  let roots: Node[];
  try {
    [result, roots] = traced(record, () => {
      const result = f(...seen);
      if (result instanceof Promise)
        fail(
          "value",
          "compile",
          "an async function cannot be traced. Did you mean to compile what it awaits?",
        );
      return [result, tensorsOf(result).map((t) => t.node)];
    });
  } finally {
    for (const cell of record.cells.values()) ended.set(cell, cell.close());
  }
  const written = [...ended].filter((x): x is [MetCell, Node] => x[1] !== null);
  const nodes = [...roots, ...written.map(([, node]) => node)];
  const structure = structureOf(graphOf(nodes, (n) => n.value !== null || isPlaceholder(n)));
  const numbers = record.calls.filter((c): c is Asked => !isEffect(c));
  const cells = [...record.cells.values()];
  const passed = new Set(structure.roots.map((r) => structure.items[r]?.input));
  const bindings = structure.inputs.map((node, k): Binding => {
    if (node.value) return { kind: "constant", value: node.value };
    const index = standIns.indexOf(node);
    if (index >= 0) return { kind: "argument", index };
    const place = numbers.findIndex((n) => n.node === node);
    if (place >= 0) return { kind: "number", place, dtype: node.dtype };
    const cell = cells.find((c) => c.standIn === node);
    if (cell) return { kind: "cell", cell, replaced: ended.get(cell) !== null, passed: passed.has(k) };
    const collecting = cells.find((c) => c.gradient?.standIn === node);
    if (collecting) return { kind: "gradient", cell: collecting };
    return fail(
      "value",
      "compile",
      "a tensor of an earlier compiled function is used in this one. Return it there and pass it in",
    );
  });
  const places = structure.roots;
  const isShared = (root: number) =>
    (structure.items[root]?.input as number) >= 0 || places.indexOf(root) !== places.lastIndexOf(root);
  return {
    fits: fitting(args),
    executable: prepare(structure),
    structure,
    nodes: observer && nodes,
    bindings,
    result,
    outputs: roots.map(({ shape, dtype }) => ({ shape, dtype })),
    written: written.map(([cell], k) => ({ cell, shared: isShared(places[roots.length + k] as number) })),
    calls: record.calls,
    guards: [activeBackend, getDefaultDtype, ...record.guards].map((ask) => ({ ask, was: ask() })),
  };
}

const isEffect = (c: Asked | Effect): c is Effect => "act" in c;

const undo = (effects: readonly Effect[]): void => {
  for (const effect of [...effects].reverse()) effect.undo();
};

/** What the inputs of a program are for arguments, and which of them the call does away with. */
function bind(
  bindings: readonly Binding[],
  args: readonly Tensor[],
  numbers: readonly number[],
): { readonly inputs: Value[]; readonly dying: boolean[] } {
  const inputs: Value[] = [];
  const dying: boolean[] = [];
  for (const b of bindings) {
    if (b.kind === "cell" && b.passed) b.cell.share();
    dying.push(b.kind === "cell" && b.replaced && !b.cell.isShared());
    if (b.kind === "cell") inputs.push(b.cell.read());
    else if (b.kind === "constant") inputs.push(b.value);
    else if (b.kind === "number") inputs.push(new Single(numbers[b.place] as number, b.dtype));
    else if (b.kind === "argument") inputs.push((args[b.index] as Tensor).node.value as Value);
    else inputs.push(b.cell.gradient?.read() as Value);
  }
  return { inputs, dying };
}

/** Runs a program for arguments; `first` says that its numbers and effects were worked out in the tracing. */
function call<Y>(
  { executable, structure, nodes, bindings, result, outputs, written, calls }: Compiled<Y>,
  args: readonly Tensor[],
  first: boolean,
): Y {
  const done: Effect[] = [];
  try {
    const numbers: number[] = [];
    for (const c of calls) {
      if (!isEffect(c)) numbers.push(first ? c.first : c.ask());
      else {
        if (!first) c.act();
        done.push(c);
      }
    }
    const { inputs, dying } = bind(bindings, args, numbers);
    const values = executable.run(inputs, watcher.found ? undefined : dying);
    if (nodes) watcher.found?.(nodes, values, structure.inputs, inputs);
    for (const [k, { cell, shared }] of written.entries())
      cell.hold(values[outputs.length + k] as Value, shared);
    return refill(
      result,
      outputs.map(({ shape, dtype }, k) => new Tensor(known(values[k] as Value, shape, dtype))),
    );
  } catch (error) {
    undo(done);
    throw error;
  }
}

/** Forms of one function that are kept: for other arguments, or where guards come out in other ways. */
const mostForms = 256;

/** The compiled forms of a function, the one used last first. */
class Forms<Y> {
  #list: Compiled<Y>[] = [];

  /** The form for arguments, whose tensors are put into `tensors`. */
  find(args: readonly unknown[], tensors: Tensor[]): Compiled<Y> | undefined {
    for (const [k, form] of this.#list.entries()) {
      tensors.length = 0;
      if (!form.fits(args, tensors) || !holds(form)) continue;
      if (k > 0) this.#list = [form, ...this.#list.filter((other) => other !== form)];
      return form;
    }
    return undefined;
  }

  add(form: Compiled<Y>): void {
    this.#list.unshift(form);
    if (this.#list.length > mostForms) this.#list.pop()?.executable.release?.();
  }

  release(): void {
    for (const form of this.#list) form.executable.release?.();
  }
}

const formsOf = new WeakMap<object, Forms<unknown>>();

/** What a compiled function that nobody holds any more leaves behind. */
const left = new FinalizationRegistry<{ release(): void }>((forms) => forms.release());

/** What a compiled function does for arguments such as it was called with before. */
export const compiledStructure = (f: object, args: readonly unknown[]): Structure | undefined =>
  formsOf.get(f)?.find(args, [])?.structure;

const compileArguments: Signature = { f: "function" };

/**
 * f as one program: traced once for each signature (shapes, dtypes, other arguments), and from then on run without
 * building a graph. Parameters, buffers, optimizer state, random keys and `dynamic` numbers are inputs and outputs, so
 * training steps, dropout and schedules need no second tracing. Everything else that f computes from JavaScript values,
 * but for those in `guard`, and every effect but those in `perCall`, belongs to the tracing. Gradients that it leaves in `grad` are not kept:
 * return them where they are wanted.
 * @throws where f reads a value of a tensor, or branches on one.
 */
export function compile<A extends readonly unknown[], Y>(f: (...args: A) => Y): (...args: A) => Y {
  checkArguments("compile", compileArguments, arguments);
  const forms = new Forms<Y>();
  const compiled = (...args: A): Y => {
    if (tracing()) return f(...args);
    const tensors: Tensor[] = [];
    const form = forms.find(args, tensors);
    if (!form) tensors.splice(0, tensors.length, ...argumentsOf(args));
    if (tensors.some((x) => x.requiresGrad)) return f(...args);
    if (tensors.some((x) => x.node.value === null)) Tensor.evaluate(tensors);
    if (form && (form.nodes || !observer)) return call(form, tensors, false);
    const made = trace(f, args);
    forms.add(made);
    return call(made, tensors, true);
  };
  formsOf.set(compiled, forms);
  left.register(compiled, forms);
  return compiled;
}
