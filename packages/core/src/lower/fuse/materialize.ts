import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import { expansions } from "../../scalar/expand/index.ts";
import { arg, subexpressions, toExpr } from "../../scalar/expr.ts";
import { innermost, sizeOf } from "../../shape.ts";
import { type JoinPart, partOf } from "../analysis/concat.ts";
import { isMatrixProduct } from "../analysis/gemm.ts";
import { readsOf } from "../analysis/reads.ts";
import { termsOf } from "../analysis/small-reduction.ts";
import { type Strided, strided } from "../analysis/views.ts";

/** Formulas longer than this are cut: the part below is stored. */
const longest = 64;
/** A short sum, whose formula has that of its terms several times, may be longer. */
const longestSum = 2 * longest;
/** What is at most this long is worked out again by each of its readers. */
const cheap = 12;

/** A choice among more inputs is no formula: they are copied one behind the other. */
const fewParts = 8;

/** Whether an item is worked out by copies of its inputs. */
export const isLongJoin = ({ op, inputs }: GraphNode): boolean =>
  op.family === "movement" && op.joins !== undefined && inputs.length > fewParts;

/** What the formula of an item comes to. */
interface Cost {
  readonly words: number;
  /** Whether it calls a function. */
  readonly heavy: boolean;
}

const costs = new WeakMap<object, Cost>();

export function costOf(item: GraphNode): Cost {
  if (item.op.family !== "elementwise") return { words: item.op.family === "movement" ? 0 : 1, heavy: false };
  const known = costs.get(item.op);
  if (known) return known;
  const parts = subexpressions([item.op.f(item.inputs.map((_, i) => arg(i)))]);
  const heavy = parts.some((e) => e.kind === "apply" && (e.word.float === undefined || e.name in expansions));
  const cost = { words: parts.length, heavy };
  costs.set(item.op, cost);
  return cost;
}

export interface Choice {
  /** Which items get memory of their own; the others are formulas inside their readers. */
  readonly inMemory: readonly boolean[];
  /** How many words the formula of an item is, down to what has memory. */
  readonly words: readonly number[];
  /** Where kernels that read in steps find their operands. */
  readonly views: ReadonlyMap<number, Strided>;
  /** Where joins find their parts. */
  readonly parts: ReadonlyMap<number, readonly JoinPart[]>;
}

/** Chooses what gets memory. */
export function choose({ items, roots }: CanonicalGraph): Choice {
  const views = viewsOf(items);
  const parts = partsOf(items);
  const given = new Set([...roots, ...askedFor(items, views, parts)]);
  const readings = readingsOf(items, given);
  const chosen: boolean[] = [];
  const words: number[] = [];
  const heavy: boolean[] = [];
  items.forEach((item, i) => {
    const cost = costOf(item);
    const inner = item.inputs.filter((x) => !chosen[x]);
    const within = inner.reduce((n, x) => n + (words[x] as number), 0);
    words[i] = cost.words + (within > 0 && within <= longest && staysAlong(item) ? 0 : within);
    heavy[i] = cost.heavy || inner.some((x) => heavy[x]);
    const { readers, repeated, terms } = readings[i] as Reading;
    const own = item.input >= 0 || !inlines(item);
    chosen[i] =
      own ||
      given.has(i) ||
      (words[i] as number) > longest ||
      (words[i] as number) * terms > longestSum ||
      (item.op.family !== "movement" &&
        ((repeated && (heavy[i] as boolean)) || (readers.size > 1 && (words[i] as number) > cheap)));
  });
  return { inMemory: chosen, words, views, parts };
}

/** How an item is read: by whom, whether some element more than once, and how many of them in one formula. */
interface Reading {
  readonly readers: ReadonlySet<number>;
  readonly repeated: boolean;
  readonly terms: number;
}

/** How items are read; what reads through a movement that has no memory counts as reading what is moved. */
function readingsOf(items: readonly GraphNode[], given: ReadonlySet<number>): readonly Reading[] {
  const all = items.map(() => ({ readers: new Set<number>(), repeated: false, terms: 1 }));
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i] as GraphNode;
    const own = all[i] as Reading;
    const moves = item.op.family === "movement" && !given.has(i) && !isLongJoin(item);
    for (const x of new Set(item.inputs)) {
      const of = all[x] as (typeof all)[number];
      for (const r of moves ? own.readers : [i]) of.readers.add(r);
      of.repeated ||= repeats(item, items[x] as GraphNode) || (moves && own.repeated);
      of.terms = Math.max(of.terms, moves ? own.terms : termsOf(item, items));
    }
  }
  return all.map((r) => ({ ...r, repeated: r.repeated || r.readers.size > 1 }));
}

const inlines = (item: GraphNode): boolean =>
  item.op.family === "elementwise" ||
  (item.op.family === "movement" && !item.op.puts && !isLongJoin(item)) ||
  item.op.family === "source" ||
  (item.op.family === "indexing" && item.op.mode === "gather");

/** Whether a movement repeats elements along its last axis: loops work them out once, before they run along it. */
function staysAlong({ op, shape }: GraphNode): boolean {
  if (op.family !== "movement") return false;
  const along = innermost(shape);
  const formulas = readsOf(op, shape.length).flatMap(({ index, valid }) => [...index, valid ?? 0]);
  const parts = subexpressions(formulas.map(toExpr));
  return along >= 0 && !parts.some((e) => e.kind === "arg" && e.index === along);
}

/** Whether a reader reads the elements of `x` more than once. */
const repeats = (reader: GraphNode, x: GraphNode): boolean =>
  reader.op.family === "contraction" ||
  (reader.op.family === "movement" && sizeOf(reader.shape) > sizeOf(x.shape));

/** Whether a kernel works an item out that reads its operands in steps along each axis. */
const readsInSteps = (item: GraphNode, items: readonly GraphNode[]): boolean =>
  item.op.family === "recurrence" ||
  (item.op.family === "indexing" && item.op.mode !== "gather") ||
  isMatrixProduct(item, items);

const viewsOf = (items: readonly GraphNode[]): Choice["views"] =>
  new Map(
    items
      .filter((item) => readsInSteps(item, items))
      .flatMap(({ inputs }) => inputs.map((x) => [x, strided(items, x)])),
  );

const partsOf = (items: readonly GraphNode[]): Choice["parts"] =>
  new Map(
    items.flatMap((item, i) => {
      const { op, inputs } = item;
      if (op.family !== "movement" || !isLongJoin(item)) return [];
      return [[i, inputs.map((x) => partOf(items, x, op.joins as number))]];
    }),
  );

/** The items that some reader takes from memory only. */
function askedFor(
  items: readonly GraphNode[],
  views: Choice["views"],
  parts: Choice["parts"],
): ReadonlySet<number> {
  const asked = new Set([...views.values()].map(({ base }) => base));
  for (const list of parts.values()) for (const { base } of list) asked.add(base);
  for (const { op, inputs } of items)
    if (op.family === "indexing" && op.mode === "gather") asked.add(inputs[0] as number);
  return asked;
}
