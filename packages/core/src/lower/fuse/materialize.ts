import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import { expansions } from "../../scalar/expand/index.ts";
import { arg, subexpressions, toExpr } from "../../scalar/expr.ts";
import { innermost, sizeOf } from "../../shape.ts";
import { type ConcatSource, concatSource } from "../analysis/concat.ts";
import { isGemm } from "../analysis/gemm.ts";
import { readsOf } from "../analysis/reads.ts";
import { unrolledTerms } from "../analysis/small-reduction.ts";
import { type StridedView, viewOf } from "../analysis/views.ts";

/** Formulas longer than this are cut: the part below is stored. */
const maxExprOps = 64;
/** A short sum, whose formula has that of its terms several times, may be longer. */
const maxReduceOps = 2 * maxExprOps;
/** What is at most this long is worked out again by each of its readers. */
const maxRecomputedOps = 12;

/** A choice among more inputs is no formula: they are copied one behind the other. */
const maxInlineConcat = 8;

/** Whether an item is worked out by copies of its inputs. */
export const isLargeConcat = ({ op, inputs }: GraphNode): boolean =>
  op.family === "movement" && op.joins !== undefined && inputs.length > maxInlineConcat;

/** What the formula of an item comes to. */
interface ExprCost {
  readonly ops: number;
  /** Whether it calls a function. */
  readonly callsFunction: boolean;
}

const costs = new WeakMap<object, ExprCost>();

export function exprCost(item: GraphNode): ExprCost {
  if (item.op.family !== "elementwise")
    return { ops: item.op.family === "movement" ? 0 : 1, callsFunction: false };
  const known = costs.get(item.op);
  if (known) return known;
  const parts = subexpressions([item.op.f(item.inputs.map((_, i) => arg(i)))]);
  const callsFunction = parts.some(
    (e) => e.kind === "apply" && (e.word.float === undefined || e.name in expansions),
  );
  const cost = { ops: parts.length, callsFunction };
  costs.set(item.op, cost);
  return cost;
}

export interface Materialization {
  /** Which items get memory of their own; the others are formulas inside their readers. */
  readonly materialized: readonly boolean[];
  /** How many words the formula of an item is, down to what has memory. */
  readonly ops: readonly number[];
  /** Where kernels that read in steps find their operands. */
  readonly views: ReadonlyMap<number, StridedView>;
  /** Where joins find their parts. */
  readonly parts: ReadonlyMap<number, readonly ConcatSource[]>;
}

/** Chooses what gets memory. */
export function chooseMaterialized({ items, roots }: CanonicalGraph): Materialization {
  const views = viewsOf(items);
  const parts = partsOf(items);
  const given = new Set([...roots, ...requiredInMemory(items, views, parts)]);
  const readings = usesOf(items, given);
  const chosen: boolean[] = [];
  const ops: number[] = [];
  const callsFunction: boolean[] = [];
  items.forEach((item, i) => {
    const cost = exprCost(item);
    const inner = item.inputs.filter((x) => !chosen[x]);
    const within = inner.reduce((n, x) => n + (ops[x] as number), 0);
    ops[i] = cost.ops + (within > 0 && within <= maxExprOps && isBroadcastAlongLast(item) ? 0 : within);
    callsFunction[i] = cost.callsFunction || inner.some((x) => callsFunction[x]);
    const { readers, repeated, terms } = readings[i] as Uses;
    const own = item.input >= 0 || !canInline(item);
    chosen[i] =
      own ||
      given.has(i) ||
      (ops[i] as number) > maxExprOps ||
      (ops[i] as number) * terms > maxReduceOps ||
      (item.op.family !== "movement" &&
        ((repeated && (callsFunction[i] as boolean)) ||
          (readers.size > 1 && (ops[i] as number) > maxRecomputedOps)));
  });
  return { materialized: chosen, ops, views, parts };
}

/** How an item is read: by whom, whether some element more than once, and how many of them in one formula. */
interface Uses {
  readonly readers: ReadonlySet<number>;
  readonly repeated: boolean;
  readonly terms: number;
}

/** How items are read; what reads through a movement that has no memory counts as reading what is moved. */
function usesOf(items: readonly GraphNode[], given: ReadonlySet<number>): readonly Uses[] {
  const all = items.map(() => ({ readers: new Set<number>(), repeated: false, terms: 1 }));
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i] as GraphNode;
    const own = all[i] as Uses;
    const moves = item.op.family === "movement" && !given.has(i) && !isLargeConcat(item);
    for (const x of new Set(item.inputs)) {
      const of = all[x] as (typeof all)[number];
      for (const r of moves ? own.readers : [i]) of.readers.add(r);
      of.repeated ||= readsRepeatedly(item, items[x] as GraphNode) || (moves && own.repeated);
      of.terms = Math.max(of.terms, moves ? own.terms : unrolledTerms(item, items));
    }
  }
  return all.map((r) => ({ ...r, repeated: r.repeated || r.readers.size > 1 }));
}

const canInline = (item: GraphNode): boolean =>
  item.op.family === "elementwise" ||
  (item.op.family === "movement" && !item.op.puts && !isLargeConcat(item)) ||
  item.op.family === "source" ||
  (item.op.family === "indexing" && item.op.mode === "gather");

/** Whether a movement repeats elements along its last axis: loops work them out once, before they run along it. */
function isBroadcastAlongLast({ op, shape }: GraphNode): boolean {
  if (op.family !== "movement") return false;
  const along = innermost(shape);
  const formulas = readsOf(op, shape.length).flatMap(({ index, valid }) => [...index, valid ?? 0]);
  const parts = subexpressions(formulas.map(toExpr));
  return along >= 0 && !parts.some((e) => e.kind === "arg" && e.index === along);
}

/** Whether a reader reads the elements of `x` more than once. */
const readsRepeatedly = (reader: GraphNode, x: GraphNode): boolean =>
  reader.op.family === "contraction" ||
  (reader.op.family === "movement" && sizeOf(reader.shape) > sizeOf(x.shape));

/** Whether a kernel works an item out that reads its operands in steps along each axis. */
const readsStrided = (item: GraphNode, items: readonly GraphNode[]): boolean =>
  item.op.family === "recurrence" ||
  (item.op.family === "indexing" && item.op.mode !== "gather") ||
  isGemm(item, items);

const viewsOf = (items: readonly GraphNode[]): Materialization["views"] =>
  new Map(
    items
      .filter((item) => readsStrided(item, items))
      .flatMap(({ inputs }) => inputs.map((x) => [x, viewOf(items, x)])),
  );

const partsOf = (items: readonly GraphNode[]): Materialization["parts"] =>
  new Map(
    items.flatMap((item, i) => {
      const { op, inputs } = item;
      if (op.family !== "movement" || !isLargeConcat(item)) return [];
      return [[i, inputs.map((x) => concatSource(items, x, op.joins as number))]];
    }),
  );

/** The items that some reader takes from memory only. */
function requiredInMemory(
  items: readonly GraphNode[],
  views: Materialization["views"],
  parts: Materialization["parts"],
): ReadonlySet<number> {
  const asked = new Set([...views.values()].map(({ source }) => source));
  for (const list of parts.values()) for (const { source } of list) asked.add(source);
  for (const { op, inputs } of items)
    if (op.family === "indexing" && op.mode === "gather") asked.add(inputs[0] as number);
  return asked;
}
