import type { Buffer } from "../ir/kernel.ts";

/** Throws where something that every program has does not hold. */
export function check(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(`lowering made a program that does not hold: ${what()}`);
}

export const nameOf = (b: Buffer): string => `buffer ${b.id} of ${b.size} ${b.dtype}`;
