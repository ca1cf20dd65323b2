import type { GraphNode } from "../../graph/canonicalize.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { type StridedView, viewOf } from "./views.ts";

/** A part of a join: where its rows lie, each in one piece, and how far one is from the next. */
export interface ConcatSource {
  readonly source: number;
  readonly offset: number;
  readonly row: number;
}

/** The step from one row to the next, where rows that begin at axis `dim` lie each in one piece and evenly apart. */
function rowStep(
  { strides }: Pick<StridedView, "strides">,
  shape: readonly number[],
  dim: number,
): number | undefined {
  const long = shape.flatMap((n, d) => (n === 1 ? [] : [d]));
  const whole = stridesOf(shape);
  if (long.some((d) => d >= dim && strides[d] !== whole[d])) return undefined;
  const outer = long.filter((d) => d < dim);
  const last = outer.at(-1);
  if (last === undefined) return 0;
  const step = strides[last] as number;
  const even = outer.every((d) => {
    const between = sizeOf(outer.filter((k) => k > d).map((k) => shape[k] as number));
    return strides[d] === step * between;
  });
  return even ? step : undefined;
}

/** Where a join along `dim` finds item `x`: in what it was moved from, where rows lie there in one piece, or in memory of its own. */
export function concatSource(items: readonly GraphNode[], x: number, dim: number): ConcatSource {
  const { shape } = items[x] as GraphNode;
  const { source, offset, strides } = viewOf(items, x);
  const row = rowStep({ strides }, shape, dim);
  if (row !== undefined) return { source, offset, row };
  return { source: x, offset: 0, row: sizeOf(shape.slice(dim)) };
}
