import { checkArguments, type Signature } from "../arguments.ts";
import { type RunHook, runHook, setRunHook } from "../backend/hooks.ts";
import { requireSynchronous } from "../errors.ts";
import type { Cost } from "../inspect/cost.ts";
import { type KernelCost, type KernelList, kernelCosts } from "../inspect/kernel-cost.ts";
import { Tensor } from "../tensor/tensor.ts";
import { treeLeaves } from "../transform/pytree.ts";
import { digits, table } from "./text-table.ts";

/** A kernel as a profile saw it: equal ones are one, in the order of their first runs. */
export interface KernelProfile extends KernelCost {
  readonly runs: number;
  /** Milliseconds of all runs. */
  readonly ms: number;
}

const { performance } = globalThis as unknown as { readonly performance: { now(): number } };

/** Watches programs step by step. */
export const timeKernels =
  (note: (program: KernelList, k: number, ms: number) => void): NonNullable<RunHook["runKernels"]> =>
  (program, step) => {
    for (let k = 0; k < (program.kernels ?? program.items).length; k++) {
      const start = performance.now();
      step(k);
      note(program, k, performance.now() - start);
    }
  };

/** MB and MFLOP of one run, and GB/s and GFLOP/s given the milliseconds that it takes. */
export const formatCost = ({ read, written, flop }: Cost, ms: number): string[] =>
  [(read + written) / 1e6, flop / 1e6, (read + written) / ms / 1e6, flop / ms / 1e6].map(digits);

const header = ["ms", "share", "runs", "µs each", "MB", "MFLOP", "GB/s", "GFLOP/s", "kernel"];

/** A kernel's line of the table. */
const row = (k: KernelProfile, all: number): string[] => [
  digits(k.ms),
  `${((100 * k.ms) / (all || 1)).toFixed(0)}%`,
  `${k.runs}`,
  digits((1e3 * k.ms) / k.runs),
  ...formatCost(k, k.ms / k.runs),
  k.name,
];

interface Timed {
  runs: number;
  ms: number;
}

/** What running a function came to. */
export class Profile<T> {
  constructor(
    /** What the function returned. */
    readonly result: T,
    /** Milliseconds of the whole call, kernels and all else. */
    readonly ms: number,
    readonly kernels: readonly KernelProfile[],
  ) {}

  /** A table with a line for each kernel; MB and MFLOP are those of one run. */
  toString(): string {
    const all = this.kernels.reduce((sum, k) => sum + k.ms, 0);
    const runs = this.kernels.reduce((sum, k) => sum + k.runs, 0);
    const rows = this.kernels.map((k) => row(k, all));
    return `${table([header, ...rows])}\n${digits(all)} ms in ${runs} runs of kernels, ${digits(this.ms)} ms in all`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** The kernels of programs, equal ones as one. */
function merged(programs: ReadonlyMap<KernelList, readonly Timed[]>): KernelProfile[] {
  const kernels = new Map<string, KernelProfile>();
  for (const [program, steps] of programs)
    kernelCosts(program).forEach((work, k) => {
      const [step, key] = [steps[k], JSON.stringify(work)];
      const { runs, ms } = kernels.get(key) ?? { runs: 0, ms: 0 };
      if (work && step) kernels.set(key, { ...work, runs: runs + step.runs, ms: ms + step.ms });
    });
  return [...kernels.values()];
}

const profileArguments: Signature = { f: "function" };

/**
 * Runs f kernel by kernel and says what each took: `console.log(profile(() => step(x, y)))` prints a table. Tensors
 * that f returns are worked out within, and results are those of an ordinary run. A first run includes what a second does
 * not need to do again; profile that.
 */
export function profile<T>(f: () => T): Profile<T> {
  checkArguments("profile", profileArguments, arguments);
  const seen = new Map<KernelList, Timed[]>();
  const runKernels = timeKernels((program, k, ms) => {
    const steps = seen.get(program) ?? [];
    seen.set(program, steps);
    steps[k] ??= { runs: 0, ms: 0 };
    steps[k].runs++;
    steps[k].ms += ms;
  });
  const before = setRunHook({ ...runHook, runKernels });
  try {
    const start = performance.now();
    const result = requireSynchronous("profile", f());
    Tensor.evaluate(treeLeaves(result));
    return new Profile(result, performance.now() - start, merged(seen));
  } finally {
    setRunHook(before);
  }
}
