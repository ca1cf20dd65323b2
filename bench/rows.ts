import type { Found, Measured } from "./cell.ts";
import { median } from "./statistics.ts";

export const ours = "chainrule";

/** Minimum, median and maximum over the rounds. */
export type Spread = readonly [number, number, number];

export const spread = (values: readonly number[]): Spread => [
  Math.min(...values),
  median(values),
  Math.max(...values),
];

/** One line of the table: a work in a system, over all rounds. Values are milliseconds or bytes. */
export interface Row {
  readonly work: string;
  readonly unit: "ms" | "bytes";
  readonly system: string;
  readonly median: number | null;
  readonly min: number | null;
  /** How many times our value it is, round by round. */
  readonly ratio: Spread | null;
  readonly note: string;
}

const tolerance = 1e-3;

const agree = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length &&
  a.every((value, i) => {
    const other = b[i] as number;
    return Math.abs(value - other) <= tolerance * Math.max(Math.abs(value), Math.abs(other), 1e-3);
  });

/** The expected result of a work: that of the hand-written loop, else the one that most systems share. */
function expectedResult(founds: ReadonlyMap<string, Found>): readonly number[] | undefined {
  const plain = founds.get("plain")?.measured[0];
  if (plain) return plain.result;
  const all = [...founds.values()].map(({ measured }) => measured.map(({ result }) => result));
  const votes = (result: readonly number[]) =>
    all.filter((results) => results.some((other) => agree(other, result))).length;
  return all.flat().sort((a, b) => votes(b) - votes(a))[0];
}

/** A system's fastest form that did the work, or none; and what to say of the others. */
export interface Choice {
  readonly form?: string;
  readonly note: string;
}

const short = (values: readonly number[]): string => values.map((v) => v.toPrecision(5)).join(", ");

const explain = (failed: Found["failed"]): string =>
  Object.entries(failed)
    .map(([form, why]) => `${form === "" ? "" : `${form}: `}${why}`)
    .join("; ");

/** Chooses each system's form by the first round. A form whose result is not the others' has done something else. */
export function choose(founds: ReadonlyMap<string, Found>): ReadonlyMap<string, Choice> {
  const expected = expectedResult(founds);
  const chosen = ({ measured, failed }: Found): Choice => {
    const wrong = measured.filter(({ result }) => expected && !agree(result, expected));
    const right = measured.filter((form) => !wrong.includes(form)).sort((a, b) => a.medianMs - b.medianMs);
    const failures = explain({
      ...failed,
      ...Object.fromEntries(
        wrong.map(({ form, result }) => [form, `result ${short(result)}, not ${short(expected ?? [])}`]),
      ),
    });
    if (!right[0]) return { note: `error: ${failures}` };
    const { form } = right[0];
    return { form, note: [form, failures].filter((part) => part !== "").join("; ") };
  };
  return new Map([...founds].map(([system, found]) => [system, chosen(found)]));
}

/** The time of a system's chosen form in each round; none in a round that failed. */
export type Rounds = ReadonlyMap<string, readonly (Measured | undefined)[]>;

/** The extra time of the first iterations, if a system reports it. */
export const overheadOf = (rounds: Rounds): Rounds =>
  new Map(
    [...rounds].map(([system, outcomes]) => [
      system,
      outcomes.map((m) =>
        m?.overheadMs === undefined ? undefined : { ...m, medianMs: m.overheadMs, minMs: m.overheadMs },
      ),
    ]),
  );

/** Our value's multiples, round by round, that `values` make. */
export function ratios(
  values: readonly (number | undefined)[],
  own: readonly (Measured | undefined)[],
): Spread | null {
  const found = values.flatMap((value, round) => {
    const mine = own[round];
    return value !== undefined && mine ? [value / mine.medianMs] : [];
  });
  return found.length === 0 ? null : spread(found);
}

/** The rows of one work. */
export function rowsOf(
  work: { readonly name: string; readonly flop?: number },
  rounds: Rounds,
  choices: ReadonlyMap<string, Choice>,
  unit: Row["unit"],
): Row[] {
  return [...choices].map(([system, { form, note }]): Row => {
    const outcomes = rounds.get(system) ?? [];
    const measured = outcomes.filter((outcome) => outcome !== undefined);
    const all = { work: work.name, unit, system, note };
    if (measured.length === 0) {
      const why = form === undefined ? note : `not measured for ${form || "it"}`;
      return { ...all, note: why, median: null, min: null, ratio: null };
    }
    const value = median(measured.map(({ medianMs }) => medianMs));
    const rate = work.flop === undefined ? [] : [`${(work.flop / value / 1e6).toFixed(1)} GFLOP/s`];
    return {
      ...all,
      note: [...rate, note].filter((part) => part !== "").join("; "),
      median: value,
      min: Math.min(...measured.map(({ minMs }) => minMs)),
      ratio:
        system === ours
          ? null
          : ratios(
              outcomes.map((outcome) => outcome?.medianMs),
              rounds.get(ours) ?? [],
            ),
    };
  });
}
