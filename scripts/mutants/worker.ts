/** Runs the tests of a bundle with one mutant after another. */
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import type { Test } from "./harness.ts";
import { progress, type Trial, type Verdict } from "./verdict.ts";

const { script, root } = workerData as { script: string; root: string };
const require = createRequire(root);
const evaluate = compileFunction(script, ["require", "exports", "module", "activeMutant", "currentTestFile"]);

function testsWith(mutant: number): readonly Test[] {
  const module = { exports: {} as { readonly tests: readonly Test[] } };
  evaluate(require, module.exports, module, mutant, { name: "" });
  return module.exports.tests;
}

/** Whether a title contains a name as a word. */
const names = (title: string, row: string): boolean =>
  new RegExp(`(?<![\\p{L}\\d.])${row}(?![\\p{L}\\d])`, "u").test(title);

const isOf = ({ title, cases }: Test, rows: readonly string[]): boolean =>
  rows.length === 0 || rows.some((row) => (/^\d/.test(row) ? cases.includes(row) : names(title, row)));

const firstLine = (error: unknown): string => String(error).split("\n")[0]!;

async function judge({ id, files, rows, titles }: Trial): Promise<Verdict> {
  let title = "";
  try {
    const tests = testsWith(id).filter((t) => files.includes(t.file) && isOf(t, rows));
    parentPort?.postMessage(progress);
    for (const test of tests.filter((t) => titles?.includes(t.title) ?? true)) {
      title = test.title;
      await test.run();
      parentPort?.postMessage(progress);
    }
    return { id, killedBy: null };
  } catch (error) {
    return { id, killedBy: { title, message: firstLine(error) } };
  }
}

parentPort?.on("message", async (trial: Trial) => parentPort?.postMessage(await judge(trial)));
