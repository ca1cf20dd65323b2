import type { Arg, Axis, Loop, Statement } from "../../../lower/ir/kernel.ts";
import { isFloat } from "../instructions/context.ts";
import { vectorsPerTree } from "../reduce/accumulator.ts";
import { splitStride } from "./address.ts";
import type { PlacedValues } from "./loop-depth.ts";
import type { Access } from "./memory-access.ts";

/** How many vectors along the innermost axis, or rows of the axis around it, are worked out side by side. */
export interface UnrollFactors {
  readonly inner: number;
  readonly outer: number;
}

const adds = ({ reduce }: Statement): boolean =>
  reduce !== undefined && !reduce.isArgReduction && (reduce.op === "add" || reduce.op === "mul");

/** Whether a task adds or multiplies up in locals. */
export const isSum = (t: Statement): boolean => adds(t) && !t.accumulateInMemory;

/** Code of at most so many words is copied. */
const fewWords = 12;

/** How many elements a place advances with an axis; undefined where that varies. */
const advance = (place: Access, axis: Axis): number | undefined =>
  splitStride(place.index, axis.name, axis.size)?.step;

/**
 * Short code is copied: along the loop where sums would wait for one another, and for several rows of the axis around it
 * where sums stand in memory, which are then read and written once for those rows.
 */
export function unrollFactors(
  loop: Loop,
  steps: PlacedValues,
  args: readonly Arg[],
  lanes: 1 | 2 | 4,
  depth: number,
): UnrollFactors {
  const alone: UnrollFactors = { inner: 1, outer: 1 };
  const [outer, inner] = [loop.axes.at(-2), loop.axes.at(-1)];
  const { statements } = loop;
  const own = [...steps.values()].filter((s) => s.depth === depth);
  const words = own.filter((s) => s.expr.kind === "apply").length;
  if (!inner || words > fewWords) return alone;
  const read = own.flatMap(({ expr }) => (expr.kind === "arg" ? [args[expr.index] as Arg] : []));
  const stored = statements.filter((t) => t.store && (!t.reduce || t.accumulateInMemory));
  const all = (axis: Axis, holds: (step: number | undefined) => boolean): boolean =>
    read.every((x) => x.kind === "load" && x.guard?.length === 0 && holds(advance(x, axis))) &&
    stored.every((t) => holds(advance(t.store as Access, axis)));
  if (!all(inner, (step) => step === 1)) return alone;
  if (statements.some((t) => isSum(t) && isFloat(t.type))) {
    const long = lanes > 1 && inner.size >= vectorsPerTree * lanes;
    return long ? { inner: vectorsPerTree, outer: 1 } : alone;
  }
  const down = 2 * words > fewWords ? 4 : 8;
  const standing =
    statements.some((t) => t.accumulateInMemory) &&
    statements.every((t) => !t.reduce || (t.accumulateInMemory && adds(t)));
  if (!outer || outer.size < down || !standing) return alone;
  return all(outer, (step) => step !== undefined && step >= 0) ? { inner: 1, outer: down } : alone;
}
