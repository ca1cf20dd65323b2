import { expect, it } from "vitest";
import { allMutants, attack, type Outcome, printMutant } from "../scripts/mutants/attack.ts";
import { sample } from "../scripts/mutants/sample.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

it(`mutants drawn by seed ${seed} are killed`, { timeout: 240_000 }, async () => {
  const all = allMutants().filter(({ target }) => target === "optimizers");
  const outcomes: Outcome[] = [];
  await attack(sample(all, 12, seed), (outcome) => outcomes.push(outcome));
  expect(outcomes).toHaveLength(12);
  const survivors = outcomes
    .filter(({ status }) => status === "survived")
    .map(({ mutant }) => printMutant(mutant));
  expect(survivors, `npx -y pnpm@12 mutants --seed ${seed} --sample …`).toEqual([]);
});
