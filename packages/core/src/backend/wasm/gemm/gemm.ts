import { ModuleBuilder } from "../assembler/assembler.ts";
import { compileModule } from "../assembler/compile.ts";
import { columnsOf, elements, type Float, type GemmKernels, type GemmOps, MR } from "./code.ts";
import { emitGemmFunction } from "./driver.ts";
import { packKernel, packMappedKernel } from "./pack.ts";
import { columnsKernel, rowsKernel } from "./row.ts";
import { addKernel, blockKernel, tileKernel } from "./tile.ts";

export { KC, workspaceBytes } from "./blocking.ts";
export type { Float } from "./code.ts";
export { gemmParameters } from "./code.ts";

function moduleBytes(type: Float, relaxed: boolean): Uint8Array {
  const element = elements[type];
  const ops: GemmOps = { element, relaxed };
  const module = new ModuleBuilder();
  module.importMemory("env", "memory");
  const tiles = (packed: boolean) => [1, 2].map((vectors) => module.func(tileKernel(ops, vectors, packed)));
  const add = module.func(addKernel(element));
  const kernels: GemmKernels = {
    block: module.func(blockKernel(element, { strided: tiles(false), packed: tiles(true), add })),
    packA: module.func(packKernel(element, MR)),
    packB: module.func(packKernel(element, columnsOf(element))),
    packMappedA: module.func(packMappedKernel(element, MR)),
    packMappedB: module.func(packMappedKernel(element, columnsOf(element))),
    rows: module.func(rowsKernel(ops, add)),
    columns: module.func(columnsKernel(ops, add)),
  };
  module.func(emitGemmFunction(type, kernels, false), "strided");
  module.func(emitGemmFunction(type, kernels, true), "mapped");
  return module.bytes();
}

const modules = new Map<string, WebAssembly.Module>();

/**
 * The compiled GEMM functions for one element type, built at the first use. The module imports `env.memory` and exports
 * `strided` and `mapped`; see `emitGemmFunction`. `relaxed` rounds once for a multiplication and an addition where machine and
 * engine can, so that bits differ between machines.
 */
export function gemmModule(type: Float, relaxed = false): WebAssembly.Module {
  const key = `${type} ${relaxed}`;
  let module = modules.get(key);
  if (!module) {
    const bytes = moduleBytes(type, relaxed);
    module = relaxed && !WebAssembly.validate(bytes) ? gemmModule(type) : compileModule(bytes);
    modules.set(key, module);
  }
  return module;
}
