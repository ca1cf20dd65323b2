import { constantIndex, type Index, loopVariable } from "./index-map.ts";
import type { Axis } from "./kernel.ts";

/** The axes of a shape as loop variables; axes of size 1 need none. */
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

/** What a task is that only works out a value. */
export const valueOnly = {
  reduce: undefined,
  accumulateInMemory: false,
  check: undefined,
  store: undefined,
} as const;

export const loopKey = (axes: readonly Axis[]): string => axes.map((a) => a.name).join();
