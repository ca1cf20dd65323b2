import type { Buffer } from "../ir/kernel.ts";

/** Throws if an invariant of graphs or programs does not hold. */
export function check(holds: boolean, violation: () => string): void {
  if (!holds) throw new Error(`lowering broke an invariant: ${violation()}`);
}

export const nameOf = (b: Buffer): string => `buffer ${b.id} of ${b.size} ${b.dtype}`;
