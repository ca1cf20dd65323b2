/** Runs this library and its peers on the same work, each in a process of its own, in turn, for several rounds. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleProgram, bytesOf } from "./bundle.ts";
import type { Found, Measured } from "./cell.ts";
import { findTorch, home, installPeers } from "./peers.ts";
import { runProcess } from "./process.ts";
import { choose, overheadOf, type Rounds, type Row, rowsOf } from "./rows.ts";
import { type Entry, systems } from "./systems/index.ts";
import { markdownTable, rowCells, rowHeader, targetCells, targetHeader, textTable } from "./table.ts";
import { judge, targets, type Verdict } from "./targets.ts";
import { exportProblem } from "./tasks/export.ts";
import { works } from "./tasks/index.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    systems: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
    budget: { type: "string", default: "1000" },
    limit: { type: "string", default: "120" },
    markdown: { type: "string" },
    json: { type: "string" },
  },
});

const list = (text: string): string[] => text.split(",").filter((name) => name !== "");
const roundCount = Number(options.rounds);
const limitMs = 1000 * Number(options.limit);

/** Whether a work or a family of works (`matmul` for `matmul-64` …) is requested. */
const asked = (name: string): boolean =>
  options.only === "" || list(options.only).some((part) => name === part || name.startsWith(`${part}-`));
const chosen = systems.filter(({ name }) => options.systems === "" || list(options.systems).includes(name));

/** A work in one system and one process, in every form or in the one that is named. */
type Run = (form?: string) => Promise<Found>;

const failing =
  (why: string): Run =>
  async () => ({ measured: [], failed: { "": why } });

const runsOf = (run: (system: Entry) => Run | undefined): Map<string, Run> =>
  new Map(
    chosen.flatMap((system) => {
      const made = run(system);
      return made ? [[system.name, made] as const] : [];
    }),
  );

/** A bundled program, or a run that says why it cannot be bundled. */
async function prepare(entry: string): Promise<(...args: readonly (string | undefined)[]) => Promise<Found>> {
  try {
    const path = await bundleProgram(entry);
    return (...args) =>
      runProcess(process.execPath, [path, ...args.filter((arg) => arg !== undefined)], limitMs);
  } catch (error) {
    const [, why = "it does not bundle"] = (error as Error).message.split("\n");
    return failing(why.trim());
  }
}

const rows: Row[] = [];
const verdicts: Verdict[] = [];

interface Named {
  readonly name: string;
  readonly iteration: string;
  readonly flop?: number;
}

interface Outcome {
  readonly rounds: Rounds;
  readonly choices: ReturnType<typeof choose>;
}

/** Runs the systems in turn, round by round, and reports what they took. */
async function measure(
  work: Named,
  runs: ReadonlyMap<string, Run>,
  { unit = "ms", count = roundCount }: { unit?: Row["unit"]; count?: number } = {},
): Promise<Outcome> {
  const first = new Map<string, Found>();
  for (const [system, run] of runs) first.set(system, await run());
  const choices = choose(first);
  const rounds = new Map<string, (Measured | undefined)[]>();
  const note = (system: string, found: Found | undefined, form: string) =>
    rounds.set(system, [
      ...(rounds.get(system) ?? []),
      found?.measured.find((measured) => measured.form === form),
    ]);
  for (let round = 0; round < count; round++)
    for (const [system, run] of runs) {
      const form = choices.get(system)?.form;
      if (form !== undefined) note(system, round === 0 ? first.get(system) : await run(form), form);
    }
  report(work, { rounds, choices }, unit);
  return { rounds, choices };
}

/** Adds the rows of a work, and prints them and its targets. */
function report(work: Named, { rounds, choices }: Outcome, unit: Row["unit"] = "ms"): void {
  const found = rowsOf(work, rounds, choices, unit);
  const judged = targets.filter((target) => target.work === work.name).map((target) => judge(target, rounds));
  rows.push(...found);
  verdicts.push(...judged);
  console.log(`\n${work.name}: ${work.iteration}`);
  const cells = found.map((row) => rowCells(row).slice(1));
  console.log(textTable(rowHeader.slice(1), cells));
  for (const { target, verdict, ratio } of judged)
    if (ratio) console.log(`target ${targetCells({ target, verdict, ratio }).slice(1).join("  ")}`);
}

/** The cost of a first step in a new process. */
const firstStep: Named = {
  name: "gpt-first-step",
  iteration: "what the first step of the GPT takes beyond a steady one: trace, compile, run",
};

async function measureWorks(): Promise<void> {
  const asking = works.filter(({ name }) => asked(name));
  if (asking.length === 0) return;
  const torch = findTorch();
  const scratch = mkdtempSync(join(tmpdir(), "chainrule-bench-"));
  const python =
    (program: string, work: (typeof works)[number]): Run =>
    (form = "") =>
      runProcess(
        "python3",
        [join(home, program), exportProblem(work, scratch), options.budget, form],
        limitMs,
      );
  const programs = new Map<string, Awaited<ReturnType<typeof prepare>>>();
  for (const { name, program } of chosen)
    if (!program.endsWith(".py")) programs.set(name, await prepare(program));
  for (const work of asking) {
    const { rounds, choices } = await measure(
      work,
      runsOf(({ name, program }) => {
        const run = programs.get(name);
        if (run) return (form) => run(work.name, options.budget, form);
        return torch ? python(program, work) : failing("there is no python3 with torch");
      }),
    );
    if (work.name === "gpt") report(firstStep, { rounds: overheadOf(rounds), choices });
  }
  rmSync(scratch, { recursive: true });
}

async function measureStartUp(): Promise<void> {
  const start = await prepare("start/main.ts");
  await measure(
    { name: "start-up", iteration: "a fresh process: import, and the first gradient read" },
    runsOf((system) => (system.start ? () => start(system.name) : undefined)),
    { count: Math.max(5, roundCount) },
  );
}

async function measureBytes(): Promise<void> {
  const bytes = async (start: string, files: readonly string[]): Promise<Found> => {
    try {
      const size = await bytesOf(start, files);
      return { measured: [{ form: "", medianMs: size, minMs: size, result: [] }], failed: {} };
    } catch (error) {
      return { measured: [], failed: { "": (error as Error).message } };
    }
  };
  await measure(
    {
      name: "bytes",
      iteration: "what a browser loads for one gradient: bundled, minified, gzipped, with its .wasm",
    },
    runsOf(({ start, files = [] }) => (start ? () => bytes(start, files) : undefined)),
    { unit: "bytes", count: 1 },
  );
}

installPeers();
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${roundCount} rounds of ${options.budget} ms`,
);
await measureWorks();
if (asked("start-up")) await measureStartUp();
if (asked("bytes")) await measureBytes();
console.log(`\n${textTable(targetHeader, verdicts.map(targetCells))}`);

if (options.markdown) {
  const tables = [
    markdownTable(rowHeader, rows.map(rowCells)),
    markdownTable(targetHeader, verdicts.map(targetCells)),
  ];
  writeFileSync(options.markdown, `${tables.join("\n\n")}\n`);
}
if (options.json) {
  const found = rows.map(({ work, system, unit, median, min, ratio, note }) => ({
    work,
    system,
    ...(unit === "ms" ? { medianMs: median, minMs: min } : { medianMs: null, minMs: null, bytes: median }),
    ratio,
    note,
  }));
  writeFileSync(options.json, `${JSON.stringify(found, null, 2)}\n`);
}
