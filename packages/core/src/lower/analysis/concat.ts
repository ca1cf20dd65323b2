import type { GraphNode } from "../../graph/canonicalize.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { type Strided, strided } from "./views.ts";

/** A part of a join: where its rows lie, each in one piece, and how far one is from the next. */
export interface JoinPart {
  readonly base: number;
  readonly start: number;
  readonly row: number;
}

/** The step from one row to the next, where rows that begin at axis `dim` lie each in one piece and evenly apart. */
function rowStep(
  { steps }: Pick<Strided, "steps">,
  shape: readonly number[],
  dim: number,
): number | undefined {
  const long = shape.flatMap((n, d) => (n === 1 ? [] : [d]));
  const whole = stridesOf(shape);
  if (long.some((d) => d >= dim && steps[d] !== whole[d])) return undefined;
  const outer = long.filter((d) => d < dim);
  const last = outer.at(-1);
  if (last === undefined) return 0;
  const step = steps[last] as number;
  const even = outer.every((d) => {
    const between = sizeOf(outer.filter((k) => k > d).map((k) => shape[k] as number));
    return steps[d] === step * between;
  });
  return even ? step : undefined;
}

/** Where a join along `dim` finds item `x`: in what it was moved from, where rows lie there in one piece, or in memory of its own. */
export function partOf(items: readonly GraphNode[], x: number, dim: number): JoinPart {
  const { shape } = items[x] as GraphNode;
  const { base, start, steps } = strided(items, x);
  const row = rowStep({ steps }, shape, dim);
  if (row !== undefined) return { base, start, row };
  return { base: x, start: 0, row: sizeOf(shape.slice(dim)) };
}
