import { pointCount } from "../ir/axes.ts";
import type { Index, Predicate } from "../ir/index-map.ts";
import type { Axis } from "../ir/kernel.ts";

/** The values of the loop variables of a nest. */
export type Point = Map<string, number>;

/** The value of an index at a point. */
export const valueAt = ({ constant, terms }: Index, at: Point): number =>
  terms.reduce((sum, { atom, factor }) => {
    if (atom.kind === "clamped") throw new Error(`${atom.key} is not expanded`);
    if (atom.kind === "floordiv") return sum + factor * Math.floor(valueAt(atom.inner, at) / atom.by);
    const value = at.get(atom.key);
    if (value === undefined) throw new Error(`no enclosing loop has the variable ${atom.key}`);
    return sum + factor * value;
  }, constant);

/** Whether a predicate holds at a point. */
export const holdsAt = (guard: Predicate, at: Point): boolean =>
  guard?.every(({ kind, index }) => {
    const value = valueAt(index, at);
    return kind === "zero" ? value === 0 : value >= 0;
  }) ?? false;

/** Positions along an axis: all if there are at most `max`, or else both ends and some between. */
function positionsAlong(size: number, max: number): readonly number[] {
  if (size <= max) return Array.from({ length: size }, (_, i) => i);
  const between = Array.from({ length: max }, (_, i) => Math.floor((i * (size - 1)) / (max - 1)));
  return [...new Set([0, 1, ...between, size - 2, size - 1])].sort((a, b) => a - b);
}

/** Visits all points of axes in the order of the loops, or about `max` of them, the corners included. */
export function visit(axes: readonly Axis[], max: number, at: Point, body: () => void): void {
  const [axis, ...inner] = axes;
  if (!axis) return body();
  const isAll = axis.size * pointCount(inner) <= max;
  const perAxis = Math.max(4, Math.floor(max ** (1 / axes.length)));
  const positions = positionsAlong(axis.size, isAll ? axis.size : perAxis);
  for (const i of positions) {
    at.set(axis.name, i);
    visit(inner, Math.floor(max / positions.length), at, body);
  }
}
