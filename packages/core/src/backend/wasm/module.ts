import { buffersOf } from "../../lower/ir/buffers.ts";
import type { Buffer, Nest } from "../../lower/ir/kernel.ts";
import type { Program } from "../../lower/ir/program.ts";
import { FunctionBuilder, ModuleBuilder, type ValType } from "./assembler/assembler.ts";
import { emitGemmCall, type GemmCall, gemmCall, OffsetTables } from "./gemm/emit.ts";
import { gemmParameters } from "./gemm/gemm.ts";
import { emitSkipZeros } from "./gemm/skip-zeros.ts";
import { emitConcat } from "./kernels/concat.ts";
import { emitScan } from "./kernels/scan.ts";
import { emitScatter } from "./kernels/scatter.ts";
import { kernelKey } from "./nest/kernel-key.ts";
import { emitNest } from "./nest/nest.ts";
import { addressWord, tableWords, workspaceWord } from "./table.ts";

/** A program as a module, and what it needs in memory. */
export interface CompiledModule {
  readonly bytes: Uint8Array;
  /** What stands behind the words of the table. */
  readonly constants: readonly number[];
  /** Bytes of the workspace. */
  readonly workspace: number;
}

/** A program as a module: a function per kernel, which nests alike share; `run(table)`, which calls them in order, and `step(table, k)`, which calls one. */
export function buildModule(program: Program, hostWords: Readonly<Record<string, number>>): CompiledModule {
  const module = new ModuleBuilder();
  module.importMemory("env", "memory");
  const matrix = new Map(program.kernels.flatMap((k) => (k.kind === "product" ? [[k, gemmCall(k)]] : [])));
  const gemms = new Map<string, number>();
  for (const { type, kernel } of matrix.values())
    if (!gemms.has(`${type} ${kernel}`))
      gemms.set(
        `${type} ${kernel}`,
        module.importFunction(
          `gemm.${type}`,
          kernel,
          gemmParameters.map(() => "i32"),
          [],
        ),
      );
  const imports = (from: string, type: ValType) =>
    new Map(
      Object.entries(hostWords).map(([name, arity]) => [
        name,
        module.importFunction(from, name, new Array<ValType>(arity).fill(type), [type]),
      ]),
    );
  const host = { float: imports("float", "f64"), int: imports("int", "i32") };
  const places = new OffsetTables();
  let workspace = Math.max(0, ...[...matrix.values()].map((p) => p.workspace));
  const pushList = (f: FunctionBuilder, start: number): FunctionBuilder =>
    f
      .get(0)
      .i32(4 * (tableWords(program) + start))
      .op("i32.add");

  /** A function that has the addresses of buffers in locals; `find` puts on the stack where one is. */
  const writing = (
    params: readonly ValType[],
    buffers: readonly Buffer[],
    find: (f: FunctionBuilder, b: Buffer, k: number) => void,
  ) => {
    const f = new FunctionBuilder(params, []);
    const bases = new Map(buffers.map((b) => [b, f.local("i32")]));
    buffers.forEach((b, k) => {
      find(f, b, k);
      f.op("i32.load", 2, 0).set(bases.get(b) as number);
    });
    const base = (b: Buffer) => bases.get(b) as number;
    return { f, base, pushWorkspace: () => f.get(0).op("i32.load", 2, 4 * workspaceWord) };
  };

  const nests = new Map<string, number>();
  const writeNest = (nest: Nest, buffers: readonly Buffer[]): number => {
    const { f, base, pushWorkspace } = writing(["i32", "i32"], buffers, (f, _, k) =>
      f
        .get(0)
        .get(1)
        .op("i32.load", 2, 4 * k)
        .op("i32.add"),
    );
    const used = emitNest(f, nest, {
      base,
      host: (name, integer) => (integer ? host.int : host.float).get(name) as number,
      pushWorkspace,
    });
    workspace = Math.max(workspace, used);
    return module.func(f);
  };

  /** Calls a kernel: with the table and, where nests alike may share the function, the list of its buffers. */
  const calls = program.kernels.map((kernel): ((from: FunctionBuilder) => void) => {
    const buffers = buffersOf(kernel);
    if (kernel.kind === "nest") {
      const text = kernelKey(kernel, buffers);
      const index = nests.get(text) ?? writeNest(kernel, buffers);
      nests.set(text, index);
      const start = places.list(buffers.map((b) => 4 * addressWord(b)));
      return (from) => pushList(from.get(0), start).call(index);
    }
    const find = (f: FunctionBuilder, b: Buffer) =>
      f
        .get(0)
        .i32(4 * addressWord(b))
        .op("i32.add");
    // Locals for all the parts could be more than a function may have.
    const held = kernel.kind === "join" ? [] : buffers;
    const { f, base, pushWorkspace } = writing(["i32"], held, find);
    if (kernel.kind === "product") {
      const product = matrix.get(kernel) as GemmCall;
      emitGemmCall(f, product, {
        base,
        gemm: gemms.get(`${product.type} ${product.kernel}`) as number,
        places,
        pushList: (start) => pushList(f, start),
        pushWorkspace,
      });
      if (kernel.skip) emitSkipZeros(f, kernel, base);
    } else if (kernel.kind === "scatter") emitScatter(f, kernel, base);
    else if (kernel.kind === "join")
      emitConcat(f, kernel, {
        entryOf: (b) => 4 * addressWord(b),
        places,
        pushList: (start) => pushList(f, start),
      });
    else emitScan(f, kernel, base);
    const index = module.func(f);
    return (from) => from.get(0).call(index);
  });
  const run = new FunctionBuilder(["i32"], []);
  for (const call of calls) call(run);
  module.func(run, "run");
  const step = new FunctionBuilder(["i32", "i32"], []);
  calls.forEach((call, k) => {
    step
      .get(1)
      .i32(k)
      .op("i32.eq")
      .if(() => call(step));
  });
  module.func(step, "step");
  return { bytes: module.bytes(), constants: places.words, workspace };
}
