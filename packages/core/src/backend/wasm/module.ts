import { buffersOf } from "../../lower/ir/buffers.ts";
import type { Buffer } from "../../lower/ir/kernel.ts";
import type { GemmKernel, HostKernel, Kernel, Program } from "../../lower/ir/program.ts";
import { ConstantPool } from "./abi/constant-pool.ts";
import { type KernelFunction, type KernelInfo, kernelFunction } from "./abi/kernel-function.ts";
import { addressWord, tableWords } from "./abi/table.ts";
import { FunctionBuilder, ModuleBuilder, type ValType } from "./assembler/assembler.ts";
import { emitGemm, type GemmCall, gemmCall } from "./gemm/call.ts";
import { gemmParameters } from "./gemm/gemm.ts";
import { isShared, kernelKey } from "./kernel-key.ts";
import { emitConcat } from "./kernels/concat.ts";
import { emitHost } from "./kernels/host.ts";
import { emitScan } from "./kernels/scan.ts";
import { emitScatter } from "./kernels/scatter.ts";
import { emitNest } from "./nest/nest.ts";

/** A program as a WebAssembly module, and the memory that it needs. */
export interface CompiledModule {
  readonly bytes: Uint8Array;
  /** The words that follow those of the table. */
  readonly constants: readonly number[];
  /** Bytes of workspace that a call of any kernel needs. */
  readonly workspace: number;
  /** The number of points that calls of each kernel may divide among them. */
  readonly extents: readonly number[];
}

/** The function of a kernel. */
interface CompiledFunction extends KernelInfo {
  readonly func: number;
}

/** A kernel of the program: its function, and what it is called on. */
interface CompiledKernel extends CompiledFunction {
  /** The start of the list of its buffers in the constant pool. */
  readonly operands: number;
}

/** The functions that kernels call. */
interface Imports {
  readonly gemm: (call: GemmCall) => number;
  readonly host: (name: string, isInteger: boolean) => number;
  readonly hostOp: (kernel: HostKernel) => number;
}

const isGemm = (kernel: Kernel): kernel is GemmKernel => kernel.kind === "gemm";

const isHost = (kernel: Kernel): kernel is HostKernel => kernel.kind === "host";

const gemmName = ({ type, addressing }: GemmCall): string => `${type} ${addressing}`;

/** Imports the GEMM functions that are called, the host functions of these names and arities, and those of host ops by number. */
function importFunctions(
  module: ModuleBuilder,
  calls: Iterable<GemmCall>,
  hostFunctions: Readonly<Record<string, number>>,
  hostKernels: readonly HostKernel[],
): Imports {
  const gemms = new Map<string, number>();
  for (const call of calls) {
    if (gemms.has(gemmName(call))) continue;
    const params = gemmParameters.map((): ValType => "i32");
    gemms.set(gemmName(call), module.importFunction(`gemm.${call.type}`, call.addressing, params, []));
  }
  const importHost = (from: string, type: ValType) =>
    new Map(
      Object.entries(hostFunctions).map(([name, arity]) => {
        const params = new Array<ValType>(arity).fill(type);
        return [name, module.importFunction(from, name, params, [type])];
      }),
    );
  const [floats, integers] = [importHost("float", "f64"), importHost("int", "i32")];
  const hostOps = new Map(
    hostKernels.map((kernel, k) => {
      const params = [kernel.out, ...kernel.operands].map((): ValType => "i32");
      return [kernel, module.importFunction("host", String(k), params, [])];
    }),
  );
  return {
    gemm: (call) => gemms.get(gemmName(call))!,
    host: (name, isInteger) => (isInteger ? integers : floats).get(name)!,
    hostOp: (kernel) => hostOps.get(kernel)!,
  };
}

/** The kernels of one program. */
class KernelCompiler {
  readonly #functions = new Map<string, CompiledFunction>();
  readonly #calls: ReadonlyMap<GemmKernel, GemmCall>;
  readonly #imports: Imports;

  constructor(
    readonly module: ModuleBuilder,
    readonly pool: ConstantPool,
    program: Program,
    hostFunctions: Readonly<Record<string, number>>,
  ) {
    this.#calls = new Map(program.kernels.filter(isGemm).map((kernel) => [kernel, gemmCall(kernel)]));
    this.#imports = importFunctions(
      module,
      this.#calls.values(),
      hostFunctions,
      program.kernels.filter(isHost),
    );
  }

  compile(kernel: Kernel): CompiledKernel {
    // Each buffer of a kernel has a local, and a concatenation may have more buffers than a function has locals.
    const buffers = kernel.kind === "concat" ? [] : buffersOf(kernel);
    const operands = this.pool.list(buffers.map((buffer) => 4 * addressWord(buffer)));
    return { ...this.#shared(kernel, buffers), operands };
  }

  /** The function of a kernel, which kernels of one key share. */
  #shared(kernel: Kernel, buffers: readonly Buffer[]): CompiledFunction {
    if (!isShared(kernel)) return this.#function(kernel, buffers);
    const key = kernelKey(kernel, buffers);
    const compiled = this.#functions.get(key) ?? this.#function(kernel, buffers);
    this.#functions.set(key, compiled);
    return compiled;
  }

  #function(kernel: Kernel, buffers: readonly Buffer[]): CompiledFunction {
    const target = kernelFunction(buffers);
    const info = this.#emit(target, kernel);
    return { ...info, func: this.module.func(target.f) };
  }

  #emit(f: KernelFunction, kernel: Kernel): KernelInfo {
    switch (kernel.kind) {
      case "nest":
        return emitNest(f, kernel, this.#imports);
      case "gemm": {
        const call = this.#calls.get(kernel)!;
        return emitGemm(f, call, this.#imports.gemm(call), this.pool);
      }
      case "scatter":
        return emitScatter(f, kernel);
      case "concat":
        return emitConcat(f, kernel, this.pool);
      case "scan":
        return emitScan(f, kernel);
      case "host":
        return emitHost(f, kernel, this.#imports.hostOp(kernel));
    }
  }
}

/** Exports `run(table, workspace)`, which calls all kernels in order over their whole extents. */
function emitRun(module: ModuleBuilder, pool: ConstantPool, kernels: readonly CompiledKernel[]): void {
  const [table, workspace] = [0, 1];
  const f = new FunctionBuilder(["i32", "i32"], []);
  for (const { func, operands, extent } of kernels) {
    pool.push(f.get(table), operands);
    f.i32(0).i32(extent).get(workspace).call(func);
  }
  module.func(f, "run");
}

/** Exports `runKernel(table, k, from, to, workspace)`, which calls one kernel over a part of its extent. */
function emitRunKernel(module: ModuleBuilder, pool: ConstantPool, kernels: readonly CompiledKernel[]): void {
  const [table, selected, from, to, workspace] = [0, 1, 2, 3, 4];
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32"], []);
  kernels.forEach(({ func, operands }, k) => {
    f.get(selected).i32(k).op("i32.eq");
    f.if(() => {
      pool.push(f.get(table), operands);
      f.get(from).get(to).get(workspace).call(func);
    });
  });
  module.func(f, "runKernel");
}

/** Compiles a program to a module, given the names and arities of the host functions that it calls. */
export function buildModule(
  program: Program,
  hostFunctions: Readonly<Record<string, number>>,
): CompiledModule {
  const module = new ModuleBuilder();
  module.importMemory("env", "memory");
  const pool = new ConstantPool(tableWords(program));
  const compiler = new KernelCompiler(module, pool, program, hostFunctions);
  const kernels = program.kernels.map((kernel) => compiler.compile(kernel));
  emitRun(module, pool, kernels);
  emitRunKernel(module, pool, kernels);
  return {
    bytes: module.bytes(),
    constants: pool.words,
    workspace: Math.max(0, ...kernels.map((kernel) => kernel.workspaceBytes)),
    extents: kernels.map((kernel) => kernel.extent),
  };
}
