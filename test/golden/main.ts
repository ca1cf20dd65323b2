/** Runs the golden cases of a folder: `pnpm golden FOLDER`. Exits with 1 where a case fails. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { adapters } from "./adapters/index.ts";
import { readFamilies } from "./case.ts";
import { countTable, failureLines, uncoveredLines } from "./report.ts";
import { type Result, runFamily } from "./runner.ts";

const [folder] = process.argv.slice(2).filter((argument) => argument !== "--");
if (folder === undefined) {
  console.error("usage: pnpm golden FOLDER");
  process.exit(2);
}

const place = resolve(process.env.INIT_CWD ?? process.cwd(), folder);
const found = existsSync(place) ? readFamilies(place) : [];
if (!found.some(({ cases }) => cases.length > 0)) {
  console.error(
    `golden: no cases in ${place}; a folder holds files FAMILY.json as test/golden/SCHEMA.md has them`,
  );
  process.exit(2);
}

const families = new Map<string, Result[]>();
for (const family of found)
  families.set(family.family, [...(families.get(family.family) ?? []), ...runFamily(family, adapters)]);

console.log(countTable(families));
const failures = failureLines([...families.values()].flat());
const uncovered = uncoveredLines(families);
if (failures.length > 0) console.log(`\nfailed:\n${failures.join("\n")}`);
if (uncovered.length > 0) console.log(`\nnot yet covered:\n${uncovered.join("\n")}`);
process.exitCode = failures.length > 0 ? 1 : 0;
