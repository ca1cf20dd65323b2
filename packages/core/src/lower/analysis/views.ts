import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Movement, Read } from "../../graph/op.ts";
import { movementRule } from "../../ops/movement-rules.ts";
import { arg } from "../../scalar/expr.ts";
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

/** A tensor as elements of another in memory: the element at `offset` and from there `strides`, one for each axis. */
export interface StridedView {
  /** The node whose memory is read. */
  readonly source: number;
  readonly offset: number;
  readonly strides: readonly number[];
  /** Zeros around the source, where the view reaches into them: offset and strides are then those in the padded source. */
  readonly padding?: Padding;
}

/** Zeros around a source, and the coordinates in the padded source of an element of the view. */
export interface Padding extends Pick<Movement<"view">, "offset" | "strides"> {
  /** Zeros before and after each axis. */
  readonly amounts: readonly (readonly [number, number])[];
}

const readsByMovement = new WeakMap<Movement, readonly Read[]>();

/** The elements that each element of a movement's result reads, as expressions of its coordinates: arguments 0 … rank − 1. */
export function readsOf(
  op: Movement,
  { inputs, shape }: GraphNode,
  items: readonly GraphNode[],
): readonly Read[] {
  const known = readsByMovement.get(op);
  if (known) return known;
  const shapes = inputs.map((x) => items[x]!.shape);
  const reads = movementRule(op).reads(
    op,
    shapes,
    shape.map((_, k) => arg(k)),
  );
  readsByMovement.set(op, reads);
  return reads;
}

/** The element of node `source` that each element of a tensor reads: at `index`, and 0 where `guard` does not hold. */
interface ElementMap {
  readonly source: number;
  readonly index: readonly Index[];
  readonly guard: Predicate;
}

/** The elements that `map` reads of its source, read of what the source moves; null where that is not one element each. */
function throughMovement(items: readonly GraphNode[], map: ElementMap): ElementMap | null {
  const node = items[map.source]!;
  const { op, inputs } = node;
  if (op.family !== "movement" || inputs.length !== 1) return null;
  const [read] = readsOf(op, node, items);
  if (!read) return null;
  const source = inputs[0]!;
  const { index, guard } = indexOf(read.index, read.valid, map.index);
  return {
    source,
    index: read.valid ? index.map((x, d) => clampTo(x, items[source]!.shape[d]!)) : index,
    guard: conjunction(map.guard, guard),
  };
}

const isLinear = (x: Index): boolean => x.terms.every(({ atom }) => atom.kind === "loop");

/** The strides of a linear index along coordinates; 0 along an axis of size 1, whose coordinate is 0. */
const stridesAlong = (x: Index, coordinates: readonly Index[]): number[] =>
  coordinates.map(({ terms: [variable] }) => (variable ? x.coefficient(variable.atom.key) : 0));

/** The padding that an element map reaches into; null where its guard says more than that the index is within the shape. */
function paddingOf({ index, guard }: ElementMap, shape: readonly number[]): Padding["amounts"] | null {
  const last = (d: number) => constantIndex(shape[d]! - 1);
  const bounds = index.flatMap((x, d) => [x.key, addIndex(last(d), scaleIndex(x, -1)).key]);
  const isWithin = guard?.every((c) => c.kind === "nonNegative" && bounds.includes(c.index.key));
  return isWithin ? index.map((x, d) => [Math.max(0, -x.low), Math.max(0, x.high + 1 - shape[d]!)]) : null;
}

/** The shape of a tensor with zeros around it. */
export const paddedShape = (shape: readonly number[], amounts: Padding["amounts"]): number[] =>
  shape.map((n, d) => n + amounts[d]![0] + amounts[d]![1]);

/** An element map as a strided view of its source or, where its guard needs that, of the padded source; null if there is no such view. */
function asView(
  { source, index, guard }: ElementMap,
  items: readonly GraphNode[],
  coordinates: readonly Index[],
  maxSize: number,
): StridedView | null {
  const { shape } = items[source]!;
  if (guard?.length === 0) {
    const flat = flatIndex(index, stridesOf(shape));
    return isLinear(flat)
      ? { source, offset: flat.constant, strides: stridesAlong(flat, coordinates) }
      : null;
  }
  const expanded = { source, index: index.map(expandClamped), guard: expandPredicate(guard) };
  const amounts = expanded.index.every(isLinear) && paddingOf(expanded, shape);
  if (!amounts || sizeOf(paddedShape(shape, amounts)) > maxSize) return null;
  const inPadded = expanded.index.map((x, d) => addIndex(x, constantIndex(amounts[d]![0])));
  const flat = flatIndex(inPadded, stridesOf(paddedShape(shape, amounts)));
  return {
    source,
    offset: flat.constant,
    strides: stridesAlong(flat, coordinates),
    padding: {
      amounts,
      offset: inPadded.map((x) => x.constant),
      strides: inPadded.map((x) => stridesAlong(x, coordinates)),
    },
  };
}

interface ViewOptions {
  /** Whether the view may reach into zeros around its source, as long as the padded source is no larger than the tensor. */
  readonly allowPadding?: boolean;
  /** How many movements to look through. */
  readonly maxDepth?: number;
}

/** Node i as a strided view of the furthest node that it is one of, looking through movements. */
export function viewOf(
  items: readonly GraphNode[],
  i: number,
  { allowPadding = false, maxDepth = Number.POSITIVE_INFINITY }: ViewOptions = {},
): StridedView {
  const { shape } = items[i]!;
  const { coordinates } = axesOf("s", shape);
  let map: ElementMap = { source: i, index: coordinates, guard: [] };
  let view = asView(map, items, coordinates, sizeOf(shape))!;
  for (let depth = 0; depth < maxDepth; depth++) {
    const next = throughMovement(items, map);
    if (!next?.guard || (next.guard.length > 0 && !allowPadding)) break;
    map = next;
    view = asView(map, items, coordinates, sizeOf(shape)) ?? view;
  }
  return view;
}
