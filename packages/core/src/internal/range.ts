import { fail } from "../errors.ts";

/** The numbers that an option may be. */
export interface Range {
  readonly holds: (x: number) => boolean;
  /** How errors describe it: "a finite number ≥ 0". */
  readonly message: string;
}

/** Ranges by name. */
export const ranges = {
  finite: { holds: Number.isFinite, message: "a finite number" },
  /** For the p of a p-norm: any number, and both infinities. */
  notNaN: { holds: (x) => !Number.isNaN(x), message: "a number" },
  nonZero: { holds: (x) => Number.isFinite(x) && x !== 0, message: "a finite number other than 0" },
  nonNegative: { holds: (x) => Number.isFinite(x) && x >= 0, message: "a finite number ≥ 0" },
  positive: { holds: (x) => Number.isFinite(x) && x > 0, message: "a finite number > 0" },
  greaterThanOne: { holds: (x) => Number.isFinite(x) && x > 1, message: "a finite number > 1" },
  /** For upper bounds, which Infinity switches off. */
  nonNegativeOrInfinity: { holds: (x) => x >= 0, message: "a number ≥ 0, or Infinity" },
  positiveOrInfinity: { holds: (x) => x > 0, message: "a number > 0, or Infinity" },
  /** [0, 1]. */
  unitInterval: { holds: (x) => x >= 0 && x <= 1, message: "in [0, 1]" },
  /** [0, 1). */
  halfOpenUnit: { holds: (x) => x >= 0 && x < 1, message: "in [0, 1)" },
  /** (0, 1). */
  openUnit: { holds: (x) => x > 0 && x < 1, message: "in (0, 1)" },
  integer: { holds: Number.isInteger, message: "an integer" },
  nonNegativeInteger: { holds: (x) => Number.isInteger(x) && x >= 0, message: "an integer ≥ 0" },
  positiveInteger: { holds: (x) => Number.isInteger(x) && x >= 1, message: "an integer ≥ 1" },
} as const satisfies Record<string, Range>;

function requireOne(op: string, name: string, value: unknown, { holds, message }: Range): void {
  if (typeof value !== "number" || !holds(value))
    fail("value", op, `${name} ${String(value)} must be ${message}`);
}

/** Throws where a named number is out of its range; a list of ranges is for a list of numbers. */
export function requireInRange(
  op: string,
  range: Range | readonly Range[],
  numbers: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(numbers))
    if (!isList(range)) requireOne(op, name, value, range);
    else if (!Array.isArray(value) || value.length !== range.length)
      fail("value", op, `${name} ${String(value)} must be a list of ${range.length} numbers`);
    else for (const [i, one] of range.entries()) requireOne(op, `${name}[${i}]`, value[i], one);
}

const isList = (x: Range | readonly Range[]): x is readonly Range[] => Array.isArray(x);
