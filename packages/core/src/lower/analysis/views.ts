import type { GraphNode } from "../../graph/canonicalize.ts";
import { type Expr, toExpr } from "../../scalar/expr.ts";
import { add, mul } from "../../scalar/primitives.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { axesOf } from "../ir/axes.ts";
import {
  addIndex,
  clampTo,
  conjunction,
  constantIndex,
  expandClamped,
  expandPredicate,
  flatIndex,
  type Index,
  indexOf,
  type Predicate,
  scaleIndex,
} from "../ir/index-map.ts";
import { readsOf } from "./reads.ts";

/** Where a tensor's elements lie in the memory of another: a start and a step for each axis. */
export interface StridedView {
  /** The item whose memory is read. */
  readonly source: number;
  readonly offset: number;
  readonly strides: readonly number[];
  /** Where some elements are zeros around the base: the memory is then that of the base with its border. */
  readonly padding?: Padding;
}

/** Zeros before and after each axis, and where an element of what is read lies within them. */
export interface Padding {
  readonly amounts: readonly (readonly [number, number])[];
  readonly at: (element: readonly Expr[]) => readonly Expr[];
}

/** The zeros around a tensor that places reach, where a guard tells just those from its elements; undefined where not. */
function paddingOf(
  at: readonly Index[],
  guard: Predicate,
  shape: readonly number[],
): Padding["amounts"] | undefined {
  const last = (d: number) => constantIndex((shape[d] as number) - 1);
  const within = at.flatMap((x, d) => [x.key, addIndex(last(d), scaleIndex(x, -1)).key]);
  if (!guard?.every((c) => c.kind === "nonNegative" && within.includes(c.index.key))) return undefined;
  return at.map((x, d) => [Math.max(0, -x.low), Math.max(0, x.high + 1 - (shape[d] as number))]);
}

/**
 * A tensor as a strided view of what it was moved from, as far down as its movements are such views; `bordered` where
 * some of it may be zeros around that, though not more elements than the tensor itself has. It looks through at most
 * `most` movements.
 */
export function viewOf(
  items: readonly GraphNode[],
  i: number,
  bordered = false,
  most = Infinity,
): StridedView {
  const item = items[i] as GraphNode;
  if (item.op.family !== "movement") {
    const strides = stridesOf(item.shape).map((step, k) => (item.shape[k] === 1 ? 0 : step));
    return { source: i, offset: 0, strides };
  }
  const { coordinates } = axesOf("s", item.shape);
  const isPlain = (x: Index) => x.terms.every((t) => t.atom.kind === "loop");
  const stepsOf = (x: Index) => coordinates.map(({ terms: [c] }) => (c ? x.coefficient(c.atom.key) : 0));
  const view = (source: number, flat: Index, padding?: Padding): StridedView | undefined =>
    isPlain(flat)
      ? { source, offset: flat.constant, strides: stepsOf(flat), ...(padding && { padding }) }
      : undefined;
  const formula = (x: Index, element: readonly Expr[]): Expr =>
    stepsOf(x).reduce((sum, step, k) => add(sum, mul(element[k] as Expr, step)), toExpr(x.constant));
  let found = view(i, flatIndex(coordinates, stridesOf(item.shape))) as StridedView;
  let [index, guard, below]: [readonly Index[], Predicate, GraphNode] = [coordinates, [], item];
  for (let left = most; left > 0 && below.op.family === "movement" && below.inputs.length === 1; left--) {
    const [read] = readsOf(below.op, below.shape.length);
    if (!read) break;
    const base = below.inputs[0] as number;
    below = items[base] as GraphNode;
    const { shape } = below;
    const moved = indexOf(read.index, read.valid, index);
    guard = conjunction(guard, moved.guard);
    if (guard === null || (guard.length > 0 && !bordered)) break;
    index = read.valid ? moved.index.map((x, d) => clampTo(x, shape[d] as number)) : moved.index;
    if (guard.length === 0) {
      found = view(base, flatIndex(index, stridesOf(shape))) ?? found;
      continue;
    }
    const at = index.map(expandClamped);
    const amounts = at.every(isPlain) && paddingOf(at, expandPredicate(guard), shape);
    if (!amounts) continue;
    const grown = paddedShape(shape, amounts);
    const inside = at.map((x, d) => addIndex(x, constantIndex(amounts[d]?.[0] as number)));
    const border: Padding = { amounts, at: (element) => inside.map((x) => formula(x, element)) };
    if (sizeOf(grown) <= sizeOf(item.shape))
      found = view(base, flatIndex(inside, stridesOf(grown)), border) ?? found;
  }
  return found;
}

/** The shape of a tensor with zeros around it. */
export const paddedShape = (shape: readonly number[], zeros: Padding["amounts"]): number[] =>
  shape.map((n, d) => n + (zeros[d]?.[0] as number) + (zeros[d]?.[1] as number));
