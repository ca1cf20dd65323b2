import { setRunHook } from "../backend/hooks.ts";
import type { Cost } from "../inspect/cost.ts";
import { type KernelList, kernelCosts } from "../inspect/kernel-cost.ts";
import { formatCost, timeKernels } from "./profile.ts";
import { digits } from "./text-table.ts";

/** Globals of hosts: every one has a console, and only some a process. */
declare const console: { error(line: string): void };
declare const process: { readonly env?: Readonly<Record<string, string | undefined>> } | undefined;

/** `CHAINRULE_DEBUG=1` logs the programs that run, `2` their kernels too. Deno throws without permission to read it. */
function debugLevel(): number {
  try {
    return typeof process === "undefined" ? 0 : Number(process.env?.CHAINRULE_DEBUG ?? 0);
  } catch {
    return 0;
  }
}

const level = debugLevel();

function log(ms: number, cost: Cost, name: string): void {
  const units = ["ms", "MB", "MFLOP", "GB/s", "GFLOP/s"];
  const values = [digits(ms), ...formatCost(cost, ms)].map((x, i) => `${x.padStart(8)} ${units[i]}`);
  console.error([...values, name].join("  "));
}

const costs = new WeakMap<KernelList, ReturnType<typeof kernelCosts>>();

function logKernels(program: KernelList, step: (k: number) => void): void {
  const known = costs.get(program) ?? kernelCosts(program);
  costs.set(program, known);
  const all = { ms: 0, flop: 0, read: 0, written: 0, runs: 0 };
  timeKernels((_, k, ms) => {
    const cost = known[k];
    if (!cost) return;
    if (level > 1) log(ms, cost, cost.name);
    all.ms += ms;
    all.flop += cost.flop;
    all.read += cost.read;
    all.written += cost.written;
    all.runs++;
  })(program, step);
  log(all.ms, all, `program of ${all.runs} kernel${all.runs === 1 ? "" : "s"}`);
}

if (level > 0) setRunHook({ runKernels: logKernels });
