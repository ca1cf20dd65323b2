import type { GraphNode } from "../../graph/canonicalize.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { viewOf } from "./views.ts";

/** An operand of a concatenation in memory: contiguous rows, `row` elements apart. */
export interface ConcatSource {
  readonly source: number;
  readonly offset: number;
  readonly row: number;
}

/** The distance from one row to the next, if rows from axis `dim` on are contiguous and evenly spaced. */
function rowStride(strides: readonly number[], shape: readonly number[], dim: number): number | undefined {
  const axes = shape.flatMap((n, d) => (n === 1 ? [] : [d]));
  const contiguous = stridesOf(shape);
  if (axes.some((d) => d >= dim && strides[d] !== contiguous[d])) return undefined;
  const outer = axes.filter((d) => d < dim);
  const last = outer.at(-1);
  if (last === undefined) return 0;
  const stride = strides[last]!;
  const isEven = outer.every((d) => {
    const rows = sizeOf(outer.filter((k) => k > d).map((k) => shape[k]!));
    return strides[d] === stride * rows;
  });
  return isEven ? stride : undefined;
}

/** Where a concatenation along `dim` reads node `x`: in what it is a view of if its rows are contiguous there, or in its own buffer. */
export function concatSource(items: readonly GraphNode[], x: number, dim: number): ConcatSource {
  const { shape } = items[x]!;
  const { source, offset, strides } = viewOf(items, x);
  const row = rowStride(strides, shape, dim);
  if (row !== undefined) return { source, offset, row };
  return { source: x, offset: 0, row: sizeOf(shape.slice(dim)) };
}
