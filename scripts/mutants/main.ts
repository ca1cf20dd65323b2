/**
 * Changes one expression of the library at a time and runs the tests that can see it. Prints the mutants that survive, and how
 * many of each kind were killed.
 *
 * `--only text` takes those whose file, row or text contains it, `--sample n` draws n of them, by `--seed s`.
 */
import { parseArgs } from "node:util";
import { allMutants, attack, type Outcome, printMutant } from "./attack.ts";
import { sample } from "./sample.ts";
import { targets } from "./targets.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    sample: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    threads: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});
const { only, seed, verbose } = values;
const chosen = allMutants().filter((m) => `${m.target} ${m.rows} ${printMutant(m)}`.includes(only));
const mutants = values.sample === undefined ? chosen : sample(chosen, Number(values.sample), Number(seed));
if (values.sample !== undefined) console.log(`--seed ${seed}`);

const outcomes: Outcome[] = [];
await attack(
  mutants,
  (outcome) => {
    outcomes.push(outcome);
    const { mutant, status, by } = outcome;
    if (verbose || status === "survived")
      console.log(`${status}  ${printMutant(mutant)}  ${by.slice(0, 160)}`);
  },
  values.threads ? Number(values.threads) : undefined,
);

const count = (name: string, status?: string): string =>
  String(
    outcomes.filter((o) => (name === "all" || o.mutant.target === name) && (!status || o.status === status))
      .length,
  );
console.log("| mutants of | made | killed | equivalent | survived |\n| --- | ---: | ---: | ---: | ---: |");
for (const name of [...Object.keys(targets), "all"])
  console.log(
    `| ${[name, count(name), ...["killed", "equivalent", "survived"].map((s) => count(name, s))].join(" | ")} |`,
  );
if (outcomes.some((o) => o.status === "survived")) process.exitCode = 1;
