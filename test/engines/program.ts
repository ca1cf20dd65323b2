/** Prints a report: the engine that runs it, and the fingerprints of what it computes there. */
import { fingerprint, manualSeed, Parameter, tensor, zeros } from "@chainrule/core";
import {
  CosineAnnealingLR,
  CyclicLR,
  ExponentialLR,
  type LRScheduler,
  type Optimizer,
  PolynomialLR,
  SGD,
} from "@chainrule/optim";
import { operations } from "../browser/runs.ts";
import { tasks, trained } from "../browser/training.ts";
import type { Report } from "./report.ts";

/** How engines tell their names. */
const host: {
  readonly Deno?: { readonly version: { readonly deno: string; readonly v8: string } };
  readonly process?: { readonly versions: Readonly<Record<string, string | undefined>> };
  readonly navigator?: { readonly userAgent: string };
} = globalThis;

function engine(): string {
  const { Deno, process, navigator } = host;
  if (Deno) return `Deno ${Deno.version.deno} (V8 ${Deno.version.v8})`;
  if (process?.versions.bun) return `Bun ${process.versions.bun} (JavaScriptCore)`;
  if (process) return `Node ${process.versions.node} (V8 ${process.versions.v8})`;
  return navigator?.userAgent.match(/(Firefox|Chrome)\/[\d.]+/)?.[0].replace("/", " ") ?? "unknown";
}

const schedules: readonly ((o: Optimizer) => LRScheduler)[] = [
  (o) => new CosineAnnealingLR(o, 37),
  (o) => new CyclicLR(o, 0.1, 1, { stepSizeUp: 7, mode: "expRange", gamma: 0.99 }),
  (o) => new ExponentialLR(o, 0.97),
  (o) => new PolynomialLR(o, { totalIters: 90, power: 0.9 }),
];

/** The learning rates of a schedule in its first hundred steps. */
function rates(make: (typeof schedules)[number]): number[] {
  const optimizer = new SGD([new Parameter(zeros([1]))], { lr: 0.3, momentum: 0.9 });
  const schedule = make(optimizer);
  return Array.from({ length: 100 }, () => {
    schedule.step();
    return optimizer.paramGroups[0]!.lr;
  });
}

/** The state of each model after 200 steps of Adam. */
function trainedModels(): [string, string][] {
  return Object.entries(tasks).map(([name, task]) => {
    manualSeed(1);
    return [name, fingerprint(trained(task, "Adam", true, 200).model)];
  });
}

manualSeed(1);
const report: Report = {
  engine: engine(),
  models: Object.fromEntries(trainedModels()),
  operations: fingerprint(Object.fromEntries(operations.map(([name, run]) => [name, [...run()]]))),
  learningRates: fingerprint(tensor(schedules.map(rates), { dtype: "float64" })),
};
console.log(JSON.stringify(report));
