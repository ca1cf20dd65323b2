import { constantIndex, type Index, loopVariable } from "./index-map.ts";
import type { Axis } from "./kernel.ts";

/** Loops over a shape, and the coordinates of their points; an axis of size 1 needs no loop. */
export const axesOf = (
  prefix: string,
  shape: readonly number[],
): { readonly axes: Axis[]; readonly coordinates: Index[] } => {
  const all = shape.map((size, k) => ({ name: `${prefix}${k}×${size}`, size }));
  return {
    axes: all.filter((a) => a.size !== 1),
    coordinates: all.map((a) => (a.size === 1 ? constantIndex(0) : loopVariable(a.name, a.size))),
  };
};

/** How many points loops over these axes have. */
export const pointCount = (axes: readonly { readonly size: number }[]): number =>
  axes.reduce((n, { size }) => n * size, 1);

/** The fields of a statement that computes a value and stores nothing. */
export const valueOnly = {
  reduce: undefined,
  accumulateInMemory: false,
  check: undefined,
  store: undefined,
} as const;

export const loopKey = (axes: readonly Axis[]): string => axes.map((a) => a.name).join();
