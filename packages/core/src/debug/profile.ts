import { checkArguments, type Signature } from "../arguments.ts";
import { type RunHook, runHook, setRunHook } from "../backend/hooks.ts";
import { requireSynchronous } from "../errors.ts";
import type { Cost } from "../inspect/cost.ts";
import { type KernelCost, type KernelList, kernelCosts } from "../inspect/kernel-cost.ts";
import { Tensor } from "../tensor/tensor.ts";
import { treeLeaves } from "../transform/pytree.ts";
import { digits, table } from "./text-table.ts";

/** The runs of a kernel; equal kernels count as one. */
export interface KernelProfile extends KernelCost {
  /** How often it ran. */
  readonly runs: number;
  /** The milliseconds of all runs. */
  readonly ms: number;
}

/** A global of every host; the types of the library are those of the language alone. */
declare const performance: { now(): number };

/** A hook that measures each kernel of a program. */
export const timeKernels =
  (note: (program: KernelList, k: number, ms: number) => void): NonNullable<RunHook["runKernels"]> =>
  (program, step) => {
    for (let k = 0; k < (program.kernels ?? program.items).length; k++) {
      const start = performance.now();
      step(k);
      note(program, k, performance.now() - start);
    }
  };

/** MB and MFLOP of one run, and GB/s and GFLOP/s for its milliseconds. */
export const formatCost = ({ read, written, flop }: Cost, ms: number): string[] =>
  [(read + written) / 1e6, flop / 1e6, (read + written) / ms / 1e6, flop / ms / 1e6].map(digits);

const header = ["ms", "share", "runs", "µs each", "MB", "MFLOP", "GB/s", "GFLOP/s", "kernel"];

/** The row of a kernel. */
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

/**
 * The result of a function, its time, and that of each kernel: see `profile`.
 *
 * @example
 * const x = tensor([1, 2]);
 * const measured = profile(() => x.mul(2));
 * console.log(measured.kernels[0]!.runs); //=> 1
 */
export class Profile<T> {
  constructor(
    /** The result of the function. */
    readonly result: T,
    /** The milliseconds of the whole call: kernels and everything else. */
    readonly ms: number,
    /** The kernels, in the order of their first runs. */
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

/** The kernels of all programs; equal ones are merged. */
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
 * Runs f kernel by kernel and measures each one; printing the result shows a table. The first run of a program includes
 * its compilation, so profile a later one.
 *
 * @param f a synchronous function; tensors that it returns are computed within the measurement
 * @returns the result of f, the milliseconds, and for each kernel the runs, milliseconds, FLOP and bytes
 *
 * @example
 * const x = tensor([1, 2]);
 * const { result, kernels } = profile(() => x.mul(2));
 * console.log(result.toArray(), kernels.length); //=> [ 2, 4 ] 1
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
