import { expect, it } from "vitest";
import { type Run, run, used } from "./training.ts";

const { TRAINING_PROGRAMS = "400", SEED = String(Date.now() % 1_000_000_000) } = process.env;
const [programs, first] = [Number(TRAINING_PROGRAMS), Number(SEED)];
/** Fresh programs are tried for so long; as many as are asked for take as long as they take. */
const patience = process.env.TRAINING_PROGRAMS ? Number.POSITIVE_INFINITY : 15_000;

/** A state as text, where a gradient that a step has used up matches any. */
const matches = (plain: unknown, fast: unknown): boolean => {
  if (fast === used) return true;
  if (typeof plain !== "object" || plain === null || typeof fast !== "object" || fast === null)
    return Object.is(plain, fast);
  const [a, b] = [Object.entries(plain), Object.entries(fast)];
  return (
    a.length === b.length && a.every(([key, value], i) => key === b[i]?.[0] && matches(value, b[i]?.[1]))
  );
};

/**
 * What a compiled program did otherwise than the same one uncompiled. The error of a trace comes before every fault of a value:
 * it is that of the uncompiled program without indices out of range.
 */
function fault(plain: Run, fast: Run, withoutFaults: () => Run): string | null {
  const common = Math.min(plain.seen.length, fast.seen.length);
  for (let i = 0; i < common; i++)
    if (!matches(plain.seen[i], fast.seen[i]))
      return `${i} of ${common}: ${JSON.stringify(plain.seen[i])}\n${JSON.stringify(fast.seen[i])}`;
  if (fast.failed && fast.last === "call" && !matches(...fast.failed))
    return `${fast.error?.message}: state moved`;
  if (fast.error?.op === "grad") return null;
  if (plain.error?.code === "index" && fast.error && fast.error.message === withoutFaults().error?.message)
    return null;
  return plain.error?.message === fast.error?.message
    ? null
    : `${plain.error?.message} / ${fast.error?.stack}`;
}

it(
  `random training programs (SEED=${first} TRAINING_PROGRAMS=${programs}) leave the same state compiled and uncompiled, to the bit`,
  () => {
    const start = Date.now();
    const ends = { whole: 0, refused: 0, failed: 0 };
    let tried = 0;
    for (; tried < programs && Date.now() - start < patience; tried++) {
      const [plain, fast] = [run(first + tried, false), run(first + tried, true)];
      const found = fault(plain, fast, () => run(first + tried, false, false));
      if (found) expect.fail(`SEED=${first + tried}: ${found}`);
      if (fast.error?.op === "grad") ends.refused++;
      else if (fast.error) ends.failed++;
      else ends.whole++;
    }
    console.log(`${tried} training programs from SEED=${first}`, ends);
    expect(ends.whole).toBeGreaterThan(tried / 4);
  },
  2 ** 31 - 1,
);
