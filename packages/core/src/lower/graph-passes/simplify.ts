import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Elementwise } from "../../graph/node.ts";
import { arg } from "../../scalar/expr.ts";
import { sameShape, stridesOf } from "../../shape.ts";
import { viewOf } from "../analysis/views.ts";

type Operands = readonly [number, number, number];

/** What rules ask of operands. */
interface Question {
  /** Whether one is a constant of the library, everywhere. */
  readonly is: (x: number, value: number) => boolean;
  /** What one is this word of. */
  readonly inside: (x: number, word: string) => number | undefined;
}

const ownPrimitives = new WeakMap<Elementwise, string | null>();

/** The word that an elementwise op is, where its formula is one over its operands as they come, whatever the op is called. */
function primitiveOf({ op, inputs }: GraphNode): string | null {
  if (op.family !== "elementwise") return null;
  const known = ownPrimitives.get(op);
  if (known !== undefined) return known;
  const x = inputs.map((_, i) => arg(i));
  const y = op.f(x);
  const isWord = y.kind === "apply" && y.args.length === x.length && y.args.every((a, i) => a === x[i]);
  const word = isWord ? y.name : null;
  ownPrimitives.set(op, word);
  return word;
}

/** Words that are no more than an operand, and which. Each holds to the bit, for NaN, infinities and zeros of either sign. */
const rules: Readonly<Record<string, (x: Operands, ask: Question) => number | undefined>> = {
  /** x·1 = 1·x = x. */
  mul: ([x, y], { is }) => (is(y, 1) ? x : is(x, 1) ? y : undefined),
  /** x/1 = x. */
  div: ([x, y], { is }) => (is(y, 1) ? x : undefined),
  /** x − 0 = x. But x + 0 is not x: −0 + 0 = 0. */
  sub: ([x, y], { is }) => (is(y, 0) ? x : undefined),
  /** −(−x) = x. */
  neg: ([x], { inside }) => inside(x, "neg"),
  /** [c ? x : x] = x. */
  where: ([, x, y]) => (x === y ? x : undefined),
};

/** How many movements in a row may do nothing together. */
const maxMovements = 4;

/** Whether a movement of movements has the shape of what one of them moved. */
function returns(items: readonly GraphNode[], i: number): boolean {
  const { shape } = items[i] as GraphNode;
  let { op, inputs } = items[i] as GraphNode;
  for (let moves = 1; moves <= maxMovements && op.family === "movement"; moves++) {
    const from = items[inputs[0] as number] as GraphNode;
    if (moves > 1 && sameShape(from.shape, shape)) return true;
    ({ op, inputs } = from);
  }
  return false;
}

/** What a movement of a movement leads back to: a reshape to a former shape, a permutation and its inverse. */
function origin(items: readonly GraphNode[], i: number): number | undefined {
  if (!returns(items, i)) return undefined;
  const { source, offset, strides: steps } = viewOf(items, i, false, maxMovements);
  const { shape } = items[source] as GraphNode;
  const strides = stridesOf(shape);
  const leads = offset === 0 && steps.every((step, d) => shape[d] === 1 || step === strides[d]);
  return source !== i && leads && sameShape(shape, (items[i] as GraphNode).shape) ? source : undefined;
}

/** The structure without ops that do nothing, except where they are asked for. */
export function simplify(structure: CanonicalGraph): CanonicalGraph {
  const place: number[] = [];
  const items: GraphNode[] = [];
  const asked = new Set(structure.roots);
  const inside: Question["inside"] = (x, word) => {
    const item = items[x] as GraphNode;
    return primitiveOf(item) === word ? item.inputs[0] : undefined;
  };
  const is: Question["is"] = (x, value) => {
    const { op: spread, inputs } = items[x] as GraphNode;
    const from = spread.family === "movement" && spread.name === "expand" ? inputs[0] : undefined;
    const { op } = items[from ?? x] as GraphNode;
    return op.name === "constant" && Object.is(op.attrs.value, value);
  };
  structure.items.forEach((item, i) => {
    const inputs = item.inputs.map((x) => place[x] as number);
    const last = items.push({ ...item, inputs }) - 1;
    const same =
      rules[primitiveOf(item) ?? ""]?.(inputs as unknown as Operands, { is, inside }) ?? origin(items, last);
    const nothing = same !== undefined && !asked.has(i);
    if (nothing) items.pop();
    place.push(nothing ? same : last);
  });
  return { ...structure, items, roots: structure.roots.map((r) => place[r] as number) };
}
