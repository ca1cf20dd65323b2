import { median } from "./statistics.ts";
import type { Work } from "./tasks/index.ts";
import { works } from "./tasks/index.ts";
import { checkedSteps } from "./tasks/problem.ts";

/** A work ready to run: `step` is one timed iteration, finished when it returns or its promise resolves. */
export interface Prepared {
  step(): void | Promise<void>;
  /** Numbers that the systems must agree on: for training the loss of the last step, else moments of the results. */
  result(): readonly number[] | Promise<readonly number[]>;
}

/** The forms in which users of a system would write a work, by name; the table shows the fastest. */
export type Forms = Readonly<Record<string, () => Prepared | Promise<Prepared>>>;

/** How a system does each kind of work; without an entry it cannot, and a text says why. */
export type System = {
  readonly [K in Work["kind"]]?: string | ((work: Extract<Work, { kind: K }>) => Forms);
};

/** The time of one form of a work, and its result. */
export interface Measured {
  readonly form: string;
  readonly medianMs: number;
  readonly minMs: number;
  /** The extra time of the first iteration: tracing, compiling, the slow start of engines. */
  readonly overheadMs?: number;
  readonly result: readonly number[];
}

/** The report of a process about a work: its forms, or why there are none. */
export interface Found {
  readonly measured: readonly Measured[];
  /** Forms that failed, or the work as a whole under the empty name, and why. */
  readonly failed: Readonly<Record<string, string>>;
}

/** Shortest sample: below this, several steps make one. */
const sampleMs = 0.2;

async function time(prepared: Prepared, steps: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < steps; i++) {
    const pending = prepared.step();
    if (pending) await pending;
  }
  return (performance.now() - start) / steps;
}

/** Runs until a window of samples is no faster than the one before, for at least a third of the budget. */
async function warmUp(prepared: Prepared, steps: number, budgetMs: number): Promise<void> {
  const start = performance.now();
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const samples: number[] = [];
    const window = performance.now();
    while (samples.length < 5 && performance.now() - window < budgetMs)
      samples.push(await time(prepared, steps));
    const elapsed = performance.now() - start;
    if (elapsed > budgetMs || (elapsed > budgetMs / 3 && median(samples) > 0.97 * before)) return;
    before = median(samples);
  }
}

async function measure(prepared: Prepared, budgetMs: number): Promise<Omit<Measured, "form">> {
  const firstMs: number[] = [];
  for (let i = 0; i < checkedSteps; i++) firstMs.push(await time(prepared, 1));
  const result = await prepared.result();
  const first = Math.min(...firstMs);
  const stepMs = first < 10 * sampleMs ? await time(prepared, 100) : first;
  const steps = Math.max(1, Math.round(sampleMs / stepMs));
  if (first < budgetMs) await warmUp(prepared, steps, budgetMs);
  const start = performance.now();
  const samples: number[] = [];
  do samples.push(await time(prepared, steps));
  while (performance.now() - start < budgetMs);
  const medianMs = median(samples);
  const overheadMs = (firstMs[0] as number) - medianMs;
  return { medianMs, minMs: samples.reduce((a, b) => Math.min(a, b)), overheadMs, result };
}

/** Measures one work in every form, or in the form that is named. */
async function run(system: System, work: Work, budgetMs: number, only?: string): Promise<Found> {
  const entry = system[work.kind] as string | ((work: Work) => Forms) | undefined;
  if (typeof entry !== "function") return { measured: [], failed: { "": entry ?? "not written" } };
  const measured: Measured[] = [];
  const failed: Record<string, string> = {};
  for (const [form, prepare] of Object.entries(entry(work)))
    if (only === undefined || form === only)
      try {
        measured.push({ form, ...(await measure(await prepare(), budgetMs)) });
      } catch (error) {
        failed[form] = error instanceof Error ? error.message : String(error);
      }
  return { measured, failed };
}

/** The program of a system's process: `WORK BUDGET [FORM]`, and one line of JSON with what it found. */
export async function serve(system: System): Promise<never> {
  const [name, budget, form] = process.argv.slice(2);
  const work = works.find((other) => other.name === name);
  if (!work) throw new Error(`no work is called ${name}`);
  const found = await run(system, work, Number(budget), form);
  await new Promise((done) => process.stdout.write(`\n${JSON.stringify(found)}\n`, done));
  process.exit(0);
}
