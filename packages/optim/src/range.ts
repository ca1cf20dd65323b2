import { ChainruleError } from "@chainrule/core";

/** The numbers that a hyper-parameter may be. */
export interface Range {
  readonly holds: (x: number) => boolean;
  readonly says: string;
}

export const finite: Range = { holds: Number.isFinite, says: "a finite number" };
export const nonNegative: Range = { holds: (x) => x >= 0 && x < Number.POSITIVE_INFINITY, says: "≥ 0" };
export const positive: Range = { holds: (x) => x > 0 && x < Number.POSITIVE_INFINITY, says: "> 0" };
export const aboveOne: Range = { holds: (x) => x > 1 && x < Number.POSITIVE_INFINITY, says: "> 1" };
/** [0, 1): how much of a running average is kept. */
export const decay: Range = { holds: (x) => x >= 0 && x < 1, says: "in [0, 1)" };
/** (0, 1). */
export const fraction: Range = { holds: (x) => x > 0 && x < 1, says: "in (0, 1)" };
/** [0, 1]. */
export const share: Range = { holds: (x) => x >= 0 && x <= 1, says: "in [0, 1]" };
export const count: Range = { holds: (x) => Number.isInteger(x) && x >= 0, says: "a whole number ≥ 0" };
export const natural: Range = { holds: (x) => Number.isInteger(x) && x > 0, says: "a whole number ≥ 1" };

/** Throws where a number, or one of several, is out of its range: names the optimizer or schedule and the value. */
export function requireIn(op: string, name: string, value: unknown, range: Range | readonly Range[]): void {
  if (!Array.isArray(range)) {
    const { holds, says } = range as Range;
    if (typeof value !== "number" || !holds(value))
      throw new ChainruleError("value", op, `${name} ${String(value)} must be ${says}`);
    return;
  }
  if (!Array.isArray(value) || value.length !== range.length)
    throw new ChainruleError(
      "value",
      op,
      `${name} ${String(value)} must be a list of ${range.length} numbers`,
    );
  range.forEach((one, i) => {
    requireIn(op, `${name}[${i}]`, value[i], one);
  });
}
