import type { Executable } from "../backend/backend.ts";
import { prepare } from "../backend/evaluate.ts";
import { arrays } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { type Structure, structureOf } from "../graph/structure.ts";
import { isPlaceholder, placeholder } from "../ops/placeholder.ts";
import { known } from "../ops/source.ts";
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
import { mapTree, refill, tensorsOf } from "./tree.ts";

export { guard, perCall };

/**
 * A number for formulas that is asked for again at every call of the compiled function it is used in: a learning rate
 * that a schedule changes. Elsewhere it is the number. It adapts to dtypes as a JavaScript number does.
 */
export function dynamic(ask: () => number): TensorLike {
  const node = asked(ask);
  return typeof node === "number" ? node : new Tensor(node);
}

/** What an input of a compiled graph is at a call. */
type Binding =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "cell"; readonly cell: MetCell; readonly replaced: boolean }
  | { readonly kind: "gradient"; readonly cell: MetCell }
  | { readonly kind: "number"; readonly place: number; readonly node: Node }
  | { readonly kind: "constant"; readonly value: Value };

interface Compiled<Y> {
  readonly executable: Executable;
  readonly structure: Structure;
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

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/** What tells one compiled form of a function from another: shapes and dtypes of tensors, and everything else itself. */
function signatureOf(x: unknown): string {
  if (x instanceof Cell || typeof x === "function") return `#${identityOf(x as object)}`;
  if (x instanceof Tensor) return `${x.dtype}[${x.shape}]`;
  if (Array.isArray(x)) return `[${x.map(signatureOf)}]`;
  if (typeof x === "string") return JSON.stringify(x);
  if (Object.is(x, -0)) return "-0";
  if (typeof x !== "object" || x === null) return `${typeof x} ${String(x)}`;
  if (Object.getPrototypeOf(x) !== Object.prototype) return `#${identityOf(x)}`;
  return `{${Object.entries(x).map(([k, v]) => `${JSON.stringify(k)}:${signatureOf(v)}`)}}`;
}

function identityOf(x: object): number {
  const known = identities.get(x) ?? nextIdentity++;
  identities.set(x, known);
  return known;
}

const argumentsOf = (args: readonly unknown[]): Tensor[] =>
  tensorsOf(args).filter((x) => !(x instanceof Cell));

function trace<A extends readonly unknown[], Y>(f: (...args: A) => Y, args: A): Compiled<Y> {
  const record = new Tracing();
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
  } catch (error) {
    undo(record.calls.filter(isEffect));
    throw error;
  } finally {
    for (const cell of record.cells.values()) ended.set(cell, cell.close());
  }
  const written = [...ended].filter((x): x is [MetCell, Node] => x[1] !== null);
  const structure = structureOf(
    [...roots, ...written.map(([, node]) => node)],
    (n) => n.value !== null || isPlaceholder(n),
  );
  const numbers = record.calls.filter((c): c is Asked => !isEffect(c));
  const cells = [...record.cells.values()];
  const bindings = structure.inputs.map((node): Binding => {
    if (node.value) return { kind: "constant", value: node.value };
    const index = standIns.indexOf(node);
    if (index >= 0) return { kind: "argument", index };
    const place = numbers.findIndex((n) => n.node === node);
    if (place >= 0) return { kind: "number", place, node };
    const cell = cells.find((c) => c.standIn === node);
    if (cell) return { kind: "cell", cell, replaced: ended.get(cell) !== null };
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
    executable: prepare(structure),
    structure,
    bindings,
    result,
    outputs: roots.map(({ shape, dtype }) => ({ shape, dtype })),
    written: written.map(([cell], k) => ({ cell, shared: isShared(places[roots.length + k] as number) })),
    calls: record.calls,
    guards: record.guards.map((ask) => ({ ask, was: ask() })),
  };
}

const isEffect = (c: Asked | Effect): c is Effect => "act" in c;

const undo = (effects: readonly Effect[]): void => {
  for (const effect of [...effects].reverse()) effect.undo();
};

/** Runs a program for arguments; `first` says that its numbers and effects were worked out in the tracing. */
function call<Y>(
  { executable, bindings, result, outputs, written, calls }: Compiled<Y>,
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
    const dying: boolean[] = [];
    const inputs = bindings.map((b, k): Value => {
      if (b.kind === "constant") return b.value;
      if (b.kind === "number") return { array: arrays[b.node.dtype].of(numbers[b.place] as number) };
      if (b.kind === "argument") return (args[b.index] as Tensor).node.value as Value;
      if (b.kind === "gradient") return b.cell.gradient?.value() as Value;
      const { value, shared } = b.cell.value();
      dying[k] = b.replaced && !shared;
      return value;
    });
    const values = executable.run(inputs, dying);
    written.forEach(({ cell, shared }, k) => {
      cell.hold(values[outputs.length + k] as Value, shared);
    });
    return refill(
      result,
      outputs.map(({ shape, dtype }, k) => new Tensor(known(values[k] as Value, shape, dtype))),
    );
  } catch (error) {
    undo(done);
    throw error;
  }
}

/** Forms kept for one signature, where guards come out in different ways. */
const mostForms = 8;

type Forms<Y> = Map<string, Compiled<Y>[]>;

const formsOf = new WeakMap<object, Forms<unknown>>();

const keyOf = (args: readonly unknown[]): string => args.map(signatureOf).join();

/** What a compiled function does for arguments such as it was called with before. */
export const compiledStructure = (f: object, args: readonly unknown[]): Structure | undefined =>
  formsOf.get(f)?.get(keyOf(args))?.find(holds)?.structure;

/**
 * f as one program: traced once for each signature (shapes, dtypes, other arguments), and from then on run without
 * building a graph. Parameters, buffers, optimizer state, random keys and `dynamic` numbers are inputs and outputs, so
 * training steps, dropout and schedules need no second tracing. Everything else that f computes from JavaScript values,
 * but for those in `guard`, and every effect but those in `perCall`, belongs to the tracing. Gradients that it leaves in `grad` are not kept:
 * return them where they are wanted.
 * @throws where f reads a value of a tensor, or branches on one.
 */
export function compile<A extends readonly unknown[], Y>(f: (...args: A) => Y): (...args: A) => Y {
  const forms: Forms<Y> = new Map();
  const compiled = (...args: A): Y => {
    const tensors = argumentsOf(args);
    if (tracing() || tensors.some((x) => x.requiresGrad)) return f(...args);
    Tensor.evaluate(tensors);
    const key = keyOf(args);
    const known = forms.get(key) ?? [];
    const form = known.find(holds);
    if (form) return call(form, tensors, false);
    const made = trace(f, args);
    forms.set(key, [made, ...known].slice(0, mostForms));
    for (const old of known.slice(mostForms - 1)) old.executable.release?.();
    return call(made, tensors, true);
  };
  formsOf.set(compiled, forms);
  return compiled;
}
