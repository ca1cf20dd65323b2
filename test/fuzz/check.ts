import { relative } from "node:path";
import fc from "fast-check";
import { expect } from "vitest";

/** The seed of `SEED=…`, or one that no run has used before. */
const freshSeed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

/** How many cases to draw from the fixed seed. */
export interface Draws {
  readonly seed: number;
  readonly numRuns: number;
}

/**
 * Checks a property on the cases of a fixed seed, the same in every run, and on a quarter as many of a fresh one. A failure
 * prints the command that repeats it; with `SEED` all cases are drawn from that seed too.
 */
export function check<T>(arbitrary: fc.Arbitrary<T>, { seed, numRuns }: Draws, body: (x: T) => void): void {
  const property = fc.property(arbitrary, body);
  fc.assert(property, { seed, numRuns, endOnFailure: true });
  const fresh = process.env.SEED ? numRuns : Math.ceil(numRuns / 4);
  const failure = fc.check(property, { seed: freshSeed, numRuns: fresh, endOnFailure: true });
  if (failure.failed) {
    const file = relative(process.cwd(), expect.getState().testPath ?? "test/fuzz");
    throw new Error(
      `run SEED=${freshSeed} npx vitest run --project node ${file}\n${fc.defaultReportMessage(failure)}`,
    );
  }
}
