import { setRunHook } from "../backend/hooks.ts";
import type { Cost } from "../inspect/cost.ts";
import { type KernelList, kernelCosts } from "../inspect/kernel-cost.ts";
import { formatCost, timeKernels } from "./profile.ts";
import { digits } from "./text-table.ts";

const { process, console } = globalThis as unknown as {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  readonly console: { error(line: string): void };
};

/** `CHAINRULE_DEBUG=1` logs the programs that run, `2` their kernels as well. Deno may refuse to tell. */
function levelAsked(): number {
  try {
    return Number(process?.env?.CHAINRULE_DEBUG ?? 0);
  } catch {
    return 0;
  }
}

const level = levelAsked();

function log(ms: number, cost: Cost, name: string): void {
  const units = ["ms", "MB", "MFLOP", "GB/s", "GFLOP/s"];
  const values = [digits(ms), ...formatCost(cost, ms)].map((x, i) => `${x.padStart(8)} ${units[i]}`);
  console.error([...values, name].join("  "));
}

const works = new WeakMap<KernelList, ReturnType<typeof kernelCosts>>();

function logged(program: KernelList, step: (k: number) => void): void {
  const known = works.get(program) ?? kernelCosts(program);
  works.set(program, known);
  const all = { ms: 0, flop: 0, read: 0, written: 0, runs: 0 };
  timeKernels((_, k, ms) => {
    const work = known[k];
    if (!work) return;
    if (level > 1) log(ms, work, work.name);
    all.ms += ms;
    all.flop += work.flop;
    all.read += work.read;
    all.written += work.written;
    all.runs++;
  })(program, step);
  log(all.ms, all, `program of ${all.runs} kernel${all.runs === 1 ? "" : "s"}`);
}

if (level > 0) setRunHook({ runKernels: logged });
