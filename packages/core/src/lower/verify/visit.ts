import { sizeOf } from "../../shape.ts";
import type { Index, Predicate } from "../ir/index-map.ts";
import type { Axis } from "../ir/kernel.ts";

/** Where the loop variables of a nest stand. */
export type Point = Map<string, number>;

/** What an index is at a point. */
export const valueAt = ({ constant, terms }: Index, at: Point): number =>
  terms.reduce((sum, { atom, factor }) => {
    if (atom.kind === "kept") throw new Error(`${atom.key} is not written out`);
    if (atom.kind === "quotient") return sum + factor * Math.floor(valueAt(atom.inner, at) / atom.by);
    const value = at.get(atom.key);
    if (value === undefined) throw new Error(`${atom.key} is the variable of no loop around`);
    return sum + factor * value;
  }, constant);

/** Whether a guard holds at a point. */
export const holdsAt = (guard: Predicate, at: Point): boolean =>
  guard?.every(({ kind, index }) => {
    const value = valueAt(index, at);
    return kind === "zero" ? value === 0 : value >= 0;
  }) ?? false;

/** So many places along an axis: all where it is no longer, or else its ends and some between. */
function placesAlong(size: number, most: number): readonly number[] {
  if (size <= most) return Array.from({ length: size }, (_, i) => i);
  const between = Array.from({ length: most }, (_, i) => Math.floor((i * (size - 1)) / (most - 1)));
  return [...new Set([0, 1, ...between, size - 2, size - 1])].sort((a, b) => a - b);
}

/** Goes to all points of axes in the order of loops, or to about `most` of them, the corners among these. */
export function visit(axes: readonly Axis[], most: number, at: Point, body: () => void): void {
  const [axis, ...inner] = axes;
  if (!axis) return body();
  const all = axis.size * sizeOf(inner.map((a) => a.size)) <= most;
  const places = placesAlong(axis.size, all ? axis.size : Math.max(4, Math.floor(most ** (1 / axes.length))));
  for (const i of places) {
    at.set(axis.name, i);
    visit(inner, Math.floor(most / places.length), at, body);
  }
}
