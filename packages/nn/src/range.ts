import { ChainruleError } from "@chainrule/core";

/** The numbers that an option may be. */
export interface Range {
  readonly holds: (x: number) => boolean;
  readonly says: string;
}

export const finite: Range = { holds: Number.isFinite, says: "a finite number" };
export const nonZero: Range = {
  holds: (x) => Number.isFinite(x) && x !== 0,
  says: "a finite number other than 0",
};
export const nonNegative: Range = { holds: (x) => x >= 0 && x < Number.POSITIVE_INFINITY, says: "≥ 0" };
export const positive: Range = { holds: (x) => x > 0, says: "> 0" };
/** [0, 1]. */
export const share: Range = { holds: (x) => x >= 0 && x <= 1, says: "in [0, 1]" };
/** What counts features, channels, entries, of which there may be none. */
export const size: Range = { holds: (x) => Number.isInteger(x) && x >= 0, says: "a whole number ≥ 0" };
export const count: Range = { holds: (x) => Number.isInteger(x) && x >= 1, says: "a whole number ≥ 1" };
export const whole: Range = { holds: Number.isInteger, says: "a whole number" };
/** The p of a p-norm: any number, and both infinities. */
export const norm: Range = { holds: (x) => !Number.isNaN(x), says: "a number" };

/** Throws where a named number is out of its range. */
export function requireIn(
  op: string,
  { holds, says }: Range,
  numbers: Readonly<Record<string, number>>,
): void {
  for (const [name, x] of Object.entries(numbers))
    if (typeof x !== "number" || !holds(x))
      throw new ChainruleError("value", op, `${name} ${String(x)} must be ${says}`);
}
