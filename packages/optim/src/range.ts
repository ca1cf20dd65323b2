import { ChainruleError } from "@chainrule/core";

/** The numbers that a hyper-parameter may be. */
export interface Range {
  readonly holds: (x: number) => boolean;
  readonly says: string;
}

export const finite: Range = { holds: Number.isFinite, says: "a finite number" };
const above = (bound: number): Range => ({
  holds: (x) => x > bound && x < Number.POSITIVE_INFINITY,
  says: `a finite number > ${bound}`,
});
export const positive = above(0);
export const aboveOne = above(1);
export const nonNegative: Range = {
  holds: (x) => x >= 0 && x < Number.POSITIVE_INFINITY,
  says: "a finite number ≥ 0",
};
/** [0, ∞]: a bound that may be none. */
export const bound: Range = { holds: (x) => x >= 0, says: "a number ≥ 0, or Infinity" };
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
