import { availableParallelism } from "node:os";
import { testScript } from "./bundle.ts";
import { equivalent } from "./equivalent.ts";
import { type Mutant, mutantsOfFile } from "./mutate.ts";
import { runTrials } from "./pool.ts";
import { type Target, type TargetName, targets } from "./targets.ts";

export interface Numbered extends Mutant {
  readonly id: number;
  readonly target: TargetName;
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ");

/** A mutant as text. */
export const printMutant = ({ file, line, before, after }: Mutant): string =>
  `${file}:${line}  ${oneLine(before)}  →  ${oneLine(after)}`;

const isEquivalent = (m: Mutant): boolean =>
  equivalent.some((e) => e.file === m.file && e.before === oneLine(m.before) && e.after === oneLine(m.after));

/** All mutants, numbered from 1. */
export const allMutants = (): readonly Numbered[] =>
  Object.entries<Target>(targets)
    .flatMap(([target, t]) =>
      t.files.flatMap((file) => mutantsOfFile(file, t).map((m) => ({ ...m, target: target as TargetName }))),
    )
    .map((mutant, i) => ({ ...mutant, id: i + 1 }));

export interface Outcome {
  readonly mutant: Numbered;
  readonly status: "killed" | "equivalent" | "survived";
  /** The test that killed it, with its message. */
  readonly by: string;
}

/** Runs the tests of a target with each mutant. The tests that kill must pass without one. */
async function attackTarget(
  target: Target,
  mutants: readonly Numbered[],
  report: (outcome: Outcome) => void,
  threads: number,
): Promise<void> {
  let left = mutants;
  const testsOf = (row: string): readonly string[] => target.names?.[row] ?? [row];
  const stages = [
    { files: target.tests, byRow: true },
    { files: target.others, byRow: false },
  ];
  for (const [i, { files, byRow }] of stages.entries()) {
    if (left.length === 0) return;
    const script = await testScript(files, mutants);
    const byId = new Map(left.map((m) => [m.id, m]));
    const survivors: Numbered[] = [];
    const killers = new Set<string>();
    const trials = left.map(({ id, rows }) => ({ id, files, rows: byRow ? rows.flatMap(testsOf) : [] }));
    await runTrials(script, trials, threads, ({ id, killedBy }) => {
      const mutant = byId.get(id)!;
      if (killedBy) {
        killers.add(killedBy.title);
        report({ mutant, status: "killed", by: `${killedBy.title}: ${killedBy.message}` });
      } else if (i === stages.length - 1) report({ mutant, status: "survived", by: "" });
      else survivors.push(mutant);
    });
    await runTrials(script, [{ id: 0, files, rows: [], titles: [...killers] }], 1, ({ killedBy }) => {
      if (killedBy) throw new Error(`without a mutant, ${killedBy.title} fails: ${killedBy.message}`);
    });
    left = survivors;
  }
}

/** Attacks the library with mutants. Equivalent ones are not run. */
export async function attack(
  mutants: readonly Numbered[],
  report: (outcome: Outcome) => void,
  threads = Math.min(2, availableParallelism()),
): Promise<void> {
  for (const mutant of mutants.filter(isEquivalent)) report({ mutant, status: "equivalent", by: "" });
  for (const [name, target] of Object.entries<Target>(targets)) {
    const own = mutants.filter((m) => m.target === name && !isEquivalent(m));
    if (own.length > 0) await attackTarget(target, own, report, threads);
  }
}
