/** Trains on every JavaScript engine that is installed or that npm has, and prints a table of the fingerprints. */
import { bundled } from "../test/engines/bundle.ts";
import { engines } from "../test/engines/engines.ts";

const script = await bundled("test/engines/program.ts");
const rows: string[][] = [];
for (const [name, { found, fetched, run }] of Object.entries(engines)) {
  const command = found ?? fetched;
  if (!command) {
    console.error(`${name} is not installed`);
    continue;
  }
  try {
    const { engine, models, operations, learningRates } = await run(command, script);
    const fingerprints = { ...models, operations, "learning rates": learningRates };
    if (rows.length === 0) rows.push(["engine", ...Object.keys(fingerprints)]);
    rows.push([engine, ...Object.values(fingerprints).map((hash) => hash.slice(0, 16))]);
    console.error(`${name} done`);
  } catch (error) {
    console.error(`${name} failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

const [head = [], ...body] = rows;
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
console.log([line(head), line(head.map(() => "---")), ...body.map(line)].join("\n"));
if (new Set(body.map(([, ...fingerprints]) => fingerprints.join())).size > 1) {
  console.error("The fingerprints differ.");
  process.exitCode = 1;
}
