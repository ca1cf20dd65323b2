/**
 * Measures the error of every differentiable elementwise row and of its first derivative against 256-bit arithmetic, beside
 * TensorFlow.js and jax-js where the benchmark has installed them, and writes docs/accuracy.md, docs/accuracy.svg and the
 * bounds of the tests.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleProgram } from "../bench/bundle.ts";
import { home } from "../bench/peers.ts";
import {
  type Computed,
  computed,
  type Errors,
  errorsOf,
  rowNames,
} from "../packages/core/test/accuracy/measure.ts";
import { goal, misses } from "../packages/core/test/accuracy/misses.ts";
import { type Column, plot } from "./accuracy-plot.ts";

const count = 1500;

/** A library: the value and the partial derivatives of a function at points in float32. */
type Library = (name: string, columns: number[][]) => Computed | undefined;

async function installedLibraries(): Promise<Readonly<Record<string, Library>>> {
  if (!existsSync(join(home, "node_modules"))) {
    console.error("The benchmark has not installed TensorFlow.js and jax-js: the report leaves them out.");
    return {};
  }
  return (await import(pathToFileURL(await bundleProgram("accuracy.ts")).href)).libraries;
}

/** An error as text: the power of ten where no digit is right. */
function text(error: number | undefined): string {
  if (error === undefined) return "";
  if (error === Infinity) return "∞";
  return error < 1000 ? error.toPrecision(error < 10 ? 2 : 3) : error.toExponential(0).replace("e+", "e");
}

/** The error rounded up to three digits, as a bound. */
const bound = (error: number): number => {
  const unit = 10 ** (Math.floor(Math.log10(Math.max(error, 1e-3))) - 2);
  return Number((Math.ceil(error / unit) * unit).toPrecision(3));
};

const libraries = await installedLibraries();
const names = Object.keys(libraries);
const peers = names.map(
  (peer) => (name: string, _type: unknown, columns: number[][]) => libraries[peer]!(name, columns),
);
const results = rowNames.map((name) => {
  const [float32, ...others] = errorsOf(name, "float32", count, [computed, ...peers]);
  const [float64] = errorsOf(name, "float64", count, [computed]);
  console.error(name);
  return { name, float32: float32!, float64: float64!, others };
});

const pair = (errors: Errors | undefined): string[] => [text(errors?.[0].error), text(errors?.[1].error)];
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const columns = ["float32", "float64", ...names.map((name) => `${name}, float32`)];
const table = [
  line(["row", ...columns.flatMap((column) => [`${column}: value`, "derivative"])]),
  line(["---", ...columns.flatMap(() => ["--:", "--:"])]),
  ...results.map(({ name, float32, float64, others }) =>
    line([
      `\`${name}\`${name in misses ? " \\*" : ""}`,
      ...[float32, float64, ...others].flatMap((errors) => pair(errors)),
    ]),
  ),
];

const report = `# Accuracy

\`npx -y pnpm@12 accuracy\` makes this page. It shows the largest error of every differentiable elementwise row, and of its first
derivatives, in units in the last place (ulp) of the true result, over ${count} points for each operand: a third of them any
numbers of the dtype, a third where much happens, a third next to 0, the ends of the domain and special points. The truth is
computed in 256 bits, that of derivatives by closed forms. The goal is ${goal.value} ulp for values and ${goal.derivative} for derivatives. An error
above 8e6 in float32, or 5e15 in float64, means that no digit is right, and ∞ that an infinity or NaN is wrong. Other libraries
are measured at the same points.

About zeros that are no number of the dtype, such as that of gelu′ at −0.7518, errors are measured in ulp of the terms of the
sum. Rows that choose, compare or round (\`maximum\`, \`where\`, \`floor\`, …) and sums are exact, or rounded once.

![The largest errors by row](accuracy.svg)

${table.join("\n")}

## What misses the goal (\\*)

${Object.entries(misses)
  .map(([name, reason]) => `- \`${name}\`: ${reason}`)
  .join("\n")}
`;

const plotted: Column[] = columns.map((name, k) => ({
  name,
  errors: results.map(({ float32, float64, others }) => {
    const errors = [float32, float64, ...others][k];
    return errors && [errors[0].error, errors[1].error];
  }),
}));

writeFileSync("docs/accuracy.svg", plot(rowNames, plotted, goal));
const worst = Object.fromEntries(
  results.map(({ name, float32, float64 }) => [
    name,
    { float32: float32.map((w) => bound(w.error)), float64: float64.map((w) => bound(w.error)) },
  ]),
);
const files = { report: "docs/accuracy.md", bounds: "packages/core/test/accuracy/worst.json" };
writeFileSync(files.report, report);
writeFileSync(files.bounds, JSON.stringify(worst));
execFileSync("npx", ["biome", "check", "--write", ...Object.values(files)]);
console.log(table.join("\n"));
