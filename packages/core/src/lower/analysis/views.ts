import type { GraphNode } from "../../graph/canonicalize.ts";
import { type Expr, toExpr } from "../../scalar/expr.ts";
import { add, mul } from "../../scalar/primitives.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { axesOf } from "../ir/axes.ts";
import {
  addIndex,
  both,
  constantIndex,
  flatIndex,
  type Guard,
  type Index,
  indexOf,
  keepWithin,
  open,
  openGuard,
  scaleIndex,
} from "../ir/index-map.ts";
import { readsOf } from "./reads.ts";

/** Where a tensor's elements lie in the memory of another: a start and a step for each axis. */
export interface Strided {
  /** The item whose memory is read. */
  readonly base: number;
  readonly start: number;
  readonly steps: readonly number[];
  /** Where some elements are zeros around the base: the memory is then that of the base with its border. */
  readonly border?: Border;
}

/** Zeros before and after each axis, and where an element of what is read lies within them. */
export interface Border {
  readonly zeros: readonly (readonly [number, number])[];
  readonly at: (element: readonly Expr[]) => readonly Expr[];
}

/** The zeros around a tensor that places reach, where a guard tells just those from its elements; undefined where not. */
function zerosAround(
  at: readonly Index[],
  guard: Guard,
  shape: readonly number[],
): Border["zeros"] | undefined {
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
export function strided(items: readonly GraphNode[], i: number, bordered = false, most = Infinity): Strided {
  const item = items[i] as GraphNode;
  if (item.op.family !== "movement") {
    const steps = stridesOf(item.shape).map((step, k) => (item.shape[k] === 1 ? 0 : step));
    return { base: i, start: 0, steps };
  }
  const { coordinates } = axesOf("s", item.shape);
  const isPlain = (x: Index) => x.terms.every((t) => t.atom.kind === "loop");
  const stepsOf = (x: Index) => coordinates.map(({ terms: [c] }) => (c ? x.step(c.atom.key) : 0));
  const view = (base: number, flat: Index, border?: Border): Strided | undefined =>
    isPlain(flat)
      ? { base, start: flat.constant, steps: stepsOf(flat), ...(border && { border }) }
      : undefined;
  const formula = (x: Index, element: readonly Expr[]): Expr =>
    stepsOf(x).reduce((sum, step, k) => add(sum, mul(element[k] as Expr, step)), toExpr(x.constant));
  let found = view(i, flatIndex(coordinates, stridesOf(item.shape))) as Strided;
  let [index, guard, below]: [readonly Index[], Guard, GraphNode] = [coordinates, [], item];
  for (let left = most; left > 0 && below.op.family === "movement" && below.inputs.length === 1; left--) {
    const [read] = readsOf(below.op, below.shape.length);
    if (!read) break;
    const base = below.inputs[0] as number;
    below = items[base] as GraphNode;
    const { shape } = below;
    const moved = indexOf(read.index, read.valid, index);
    guard = both(guard, moved.guard);
    if (guard === null || (guard.length > 0 && !bordered)) break;
    index = read.valid ? moved.index.map((x, d) => keepWithin(x, shape[d] as number)) : moved.index;
    if (guard.length === 0) {
      found = view(base, flatIndex(index, stridesOf(shape))) ?? found;
      continue;
    }
    const at = index.map(open);
    const zeros = at.every(isPlain) && zerosAround(at, openGuard(guard), shape);
    if (!zeros) continue;
    const grown = grownBy(shape, zeros);
    const inside = at.map((x, d) => addIndex(x, constantIndex(zeros[d]?.[0] as number)));
    const border: Border = { zeros, at: (element) => inside.map((x) => formula(x, element)) };
    if (sizeOf(grown) <= sizeOf(item.shape))
      found = view(base, flatIndex(inside, stridesOf(grown)), border) ?? found;
  }
  return found;
}

/** The shape of a tensor with zeros around it. */
export const grownBy = (shape: readonly number[], zeros: Border["zeros"]): number[] =>
  shape.map((n, d) => n + (zeros[d]?.[0] as number) + (zeros[d]?.[1] as number));
