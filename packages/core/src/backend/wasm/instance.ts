import { arrays } from "../../dtype.ts";
import type { HostView } from "../../graph/node.ts";
import type { Buffer } from "../../lower/ir/kernel.ts";
import type { Program } from "../../lower/ir/program.ts";
import { largeArgumentOps } from "../../scalar/expand/index.ts";
import { type ScalarOp, subexpressions } from "../../scalar/expr.ts";
import { functions } from "../../scalar/functions.ts";
import { primitives } from "../../scalar/primitives.ts";
import type { Shape } from "../../shape.ts";
import { runHost } from "../host.ts";
import { compileModule } from "./assembler/compile.ts";
import { type Float, gemmModule } from "./gemm/gemm.ts";
import { callsHost } from "./instructions/instructions.ts";
import { buildModule, type CompiledModule } from "./module.ts";

const scalarOps: Readonly<Record<string, ScalarOp>> = { ...primitives, ...functions, ...largeArgumentOps };

/** The functions that a program imports, since WebAssembly has no instructions for them, with their numbers of operands. */
function importedFunctions(program: Program): Record<string, number> {
  const found: Record<string, number> = {};
  for (const kernel of program.kernels) {
    if (kernel.kind !== "nest") continue;
    const indices = kernel.args.flatMap((x) => (x.kind === "gather" ? [x.at] : []));
    const values = kernel.loops.flatMap((l) => l.statements.map((t) => t.value));
    for (const e of subexpressions([...values, ...indices]))
      if (e.kind === "apply" && callsHost(e.name)) found[e.name] = e.args.length;
  }
  return found;
}

/**
 * How large matrix products round: `"strict"` after each multiplication and each addition; `"relaxed"` once for both, where
 * the machine can, so that bits differ from machine to machine.
 */
export type GemmMode = "strict" | "relaxed";

type Exports = WebAssembly.Instance["exports"];

/** The matrix kernels over one memory, which all its programs share; each is instantiated when a program first needs it. */
export class GemmKernels {
  readonly #instances = new Map<Float, Exports>();

  constructor(
    readonly memory: WebAssembly.Memory,
    readonly mode: GemmMode,
  ) {}

  of(type: Float): Exports {
    const module = () => gemmModule(type, this.mode === "relaxed");
    const exports =
      this.#instances.get(type) ??
      new WebAssembly.Instance(module(), { env: { memory: this.memory } }).exports;
    this.#instances.set(type, exports);
    return exports;
  }
}

/** An instantiated program, and what it needs in memory. */
export interface ProgramInstance extends Omit<CompiledModule, "bytes"> {
  /** Runs the program, given the addresses of its table and of a workspace. */
  readonly run: (table: number, workspace: number) => void;
  /** Runs the points `from` ≤ p < `to` of the extent of one kernel. */
  readonly runKernel: (table: number, k: number, from: number, to: number, workspace: number) => void;
}

/** The functions of a program's host kernels, which it calls with the addresses of the result and of the operands. */
function hostKernels(
  { kernels }: Program,
  memory: WebAssembly.Memory,
): Record<string, (...addresses: number[]) => void> {
  const functions = kernels.flatMap((kernel) => {
    if (kernel.kind !== "host") return [];
    const { op, out, shape, operands } = kernel;
    const view = ({ dtype, size }: Buffer, shape: Shape, address: number): HostView => ({
      data: new arrays[dtype](memory.buffer as ArrayBuffer, address, size),
      shape,
      dtype,
    });
    return [
      (address: number, ...from: number[]) =>
        runHost(
          op,
          view(out, shape, address),
          operands.map(({ buffer, shape }, k) => view(buffer, shape, from[k]!)),
        ),
    ];
  });
  return Object.fromEntries(functions.entries());
}

/** Compiles a program and instantiates it over the memory of its matrix kernels. */
export function instantiate(program: Program, gemm: GemmKernels): ProgramInstance {
  const imported = importedFunctions(program);
  const { bytes, ...needs } = buildModule(program, imported);
  const functionsFor = (integer: boolean) =>
    Object.fromEntries(
      Object.keys(imported).map((name) => {
        const op = scalarOps[name]!;
        return [name, (integer && op.int) || op.float || op.int];
      }),
    );
  const { exports } = new WebAssembly.Instance(compileModule(bytes), {
    env: { memory: gemm.memory },
    get "gemm.f32"() {
      return gemm.of("f32");
    },
    get "gemm.f64"() {
      return gemm.of("f64");
    },
    host: hostKernels(program, gemm.memory),
    float: functionsFor(false),
    int: functionsFor(true),
  });
  const { run, runKernel } = exports as unknown as Pick<ProgramInstance, "run" | "runKernel">;
  return { ...needs, run, runKernel };
}
