import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Movement } from "../../graph/op.ts";
import { movementRule } from "../../ops/movement-rules.ts";
import { expansionOf } from "../../scalar/expand/index.ts";
import { arg, subexpressions, toExpr } from "../../scalar/expr.ts";
import { innermost, sizeOf } from "../../shape.ts";
import { type ConcatSource, concatSource } from "../analysis/concat.ts";
import { isGemm } from "../analysis/gemm.ts";
import { unrolledTerms } from "../analysis/small-reduction.ts";
import { readsOf, type StridedView, viewOf } from "../analysis/views.ts";
import type { Target } from "../target.ts";

/** The axis along which a movement concatenates its inputs, if it does. */
export const concatAxis = (op: Movement): number | undefined => movementRule(op).concatAxis?.(op);

/** Whether a node is a concatenation of so many tensors that a kernel copies them. */
export const isLargeConcat = ({ op, inputs }: GraphNode, { maxInlineConcat }: Target): boolean =>
  op.family === "movement" && concatAxis(op) !== undefined && inputs.length > maxInlineConcat;

/** The cost of the expression of one node, without those of its inputs. */
interface ExprCost {
  readonly ops: number;
  /** Whether it calls a function, such as exp. */
  readonly callsFunction: boolean;
}

const costsOfOps = new WeakMap<object, ExprCost>();

export function exprCost(node: GraphNode): ExprCost {
  if (node.op.family !== "elementwise")
    return { ops: node.op.family === "movement" ? 0 : 1, callsFunction: false };
  const known = costsOfOps.get(node.op);
  if (known) return known;
  const parts = subexpressions([node.op.f(node.inputs.map((_, i) => arg(i)))]);
  const callsFunction = parts.some((e) => e.kind === "apply" && expansionOf(e.name) !== undefined);
  const cost = { ops: parts.length, callsFunction };
  costsOfOps.set(node.op, cost);
  return cost;
}

/** Which nodes are stored, and how kernels find them. */
export interface Materialization {
  /** Whether a node has a buffer; others are inlined into their consumers. */
  readonly materialized: readonly boolean[];
  /** The ops in a node's expression, down to materialized nodes. */
  readonly ops: readonly number[];
  /** The views through which kernels other than nests read their operands. */
  readonly views: ReadonlyMap<number, StridedView>;
  /** The sources of large concatenations. */
  readonly concatSources: ReadonlyMap<number, readonly ConcatSource[]>;
}

/**
 * Chooses which nodes are stored: roots, what kernels read from memory only, expressions that are too long, and those
 * that are expensive and read more than once.
 */
export function chooseMaterialized({ items, roots }: CanonicalGraph, target: Target): Materialization {
  const { maxExprOps, maxUnrolledOps, maxRecomputedOps } = target;
  const views = viewsOf(items, target);
  const concatSources = concatSourcesOf(items, target);
  const required = new Set([...roots, ...requiredInMemory(items, views, concatSources)]);
  const uses = usesOf(items, required, target);
  const materialized: boolean[] = [];
  const ops: number[] = [];
  const callsFunction: boolean[] = [];
  items.forEach((node, i) => {
    const cost = exprCost(node);
    const inlined = node.inputs.filter((x) => !materialized[x]);
    const inlinedOps = inlined.reduce((n, x) => n + ops[x]!, 0);
    const isHoisted = inlinedOps > 0 && inlinedOps <= maxExprOps && isBroadcastAlongLast(node, items);
    ops[i] = cost.ops + (isHoisted ? 0 : inlinedOps);
    callsFunction[i] = cost.callsFunction || inlined.some((x) => callsFunction[x]);
    const { consumers, isRepeated, terms } = uses[i]!;
    const isExpensive =
      node.op.family !== "movement" &&
      ((isRepeated && callsFunction[i]) || (consumers.size > 1 && ops[i] > maxRecomputedOps));
    materialized[i] =
      node.input >= 0 ||
      !canInline(node, target) ||
      required.has(i) ||
      ops[i] > maxExprOps ||
      ops[i] * terms > maxUnrolledOps ||
      isExpensive;
  });
  return { materialized, ops, views, concatSources };
}

interface Uses {
  readonly consumers: ReadonlySet<number>;
  /** Whether an element is read more than once. */
  readonly isRepeated: boolean;
  /** The most elements that one expression reads. */
  readonly terms: number;
}

/** The uses of each node; an inlined movement passes on those of its result. */
function usesOf(items: readonly GraphNode[], required: ReadonlySet<number>, target: Target): readonly Uses[] {
  const uses = items.map(() => ({ consumers: new Set<number>(), isRepeated: false, terms: 1 }));
  for (let i = items.length - 1; i >= 0; i--) {
    const node = items[i]!;
    const own = uses[i]!;
    const isInlinedMovement =
      node.op.family === "movement" && !required.has(i) && !isLargeConcat(node, target);
    for (const x of new Set(node.inputs)) {
      const use = uses[x]!;
      for (const consumer of isInlinedMovement ? own.consumers : [i]) use.consumers.add(consumer);
      use.isRepeated ||= readsRepeatedly(node, items[x]!) || (isInlinedMovement && own.isRepeated);
      const terms = isInlinedMovement ? own.terms : unrolledTerms(node, items, target.numerics);
      use.terms = Math.max(use.terms, terms);
    }
  }
  return uses.map((use) => ({ ...use, isRepeated: use.isRepeated || use.consumers.size > 1 }));
}

const canInline = (node: GraphNode, target: Target): boolean =>
  node.op.family === "elementwise" ||
  (node.op.family === "movement" && !movementRule(node.op).scatterIndex && !isLargeConcat(node, target)) ||
  node.op.family === "source" ||
  (node.op.family === "indexing" && node.op.mode === "gather");

/** Whether a movement repeats elements along its last axis: loops compute them once, before they run along it. */
function isBroadcastAlongLast(node: GraphNode, items: readonly GraphNode[]): boolean {
  const { op, shape } = node;
  if (op.family !== "movement") return false;
  const last = innermost(shape);
  const reads = readsOf(op, node, items).flatMap(({ index, valid }) => [...index, valid ?? 0]);
  const parts = subexpressions(reads.map(toExpr));
  return last >= 0 && !parts.some((e) => e.kind === "arg" && e.index === last);
}

/** Whether a consumer reads elements of `x` more than once. */
const readsRepeatedly = (consumer: GraphNode, x: GraphNode): boolean =>
  consumer.op.family === "contraction" ||
  (consumer.op.family === "movement" && sizeOf(consumer.shape) > sizeOf(x.shape));

/** Whether the kernel of a node reads its operands through strided views. */
const readsStrided = (node: GraphNode, items: readonly GraphNode[], { numerics }: Target): boolean =>
  node.op.family === "recurrence" ||
  (node.op.family === "indexing" && node.op.mode !== "gather") ||
  isGemm(node, items, numerics);

const viewsOf = (items: readonly GraphNode[], target: Target): Materialization["views"] =>
  new Map(
    items
      .filter((node) => readsStrided(node, items, target))
      .flatMap(({ inputs }) => inputs.map((x) => [x, viewOf(items, x)])),
  );

const concatSourcesOf = (items: readonly GraphNode[], target: Target): Materialization["concatSources"] =>
  new Map(
    items.flatMap((node, i) => {
      const { op, inputs } = node;
      const axis = op.family === "movement" && isLargeConcat(node, target) ? concatAxis(op) : undefined;
      return axis === undefined ? [] : [[i, inputs.map((x) => concatSource(items, x, axis))]];
    }),
  );

/** The nodes that some consumer can read from memory only. */
function requiredInMemory(
  items: readonly GraphNode[],
  views: Materialization["views"],
  concatSources: Materialization["concatSources"],
): ReadonlySet<number> {
  const required = new Set([...views.values()].map(({ source }) => source));
  for (const sources of concatSources.values()) for (const { source } of sources) required.add(source);
  for (const { op, inputs } of items) {
    if (op.family === "indexing" && op.mode === "gather") required.add(inputs[0]!);
    if (op.family === "host") for (const x of inputs) required.add(x);
  }
  return required;
}
