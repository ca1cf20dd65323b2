import { ModuleBuilder } from "../assembler/assembler.ts";
import { compileModule } from "../assembler/compile.ts";
import { columnsOf, elements, type Float, type GemmOps, MR } from "./code.ts";
import { emitGemm, type GemmKernels } from "./driver.ts";
import { packKernel, packMappedKernel } from "./pack.ts";
import { columnsKernel, rowsKernel } from "./row.ts";
import { addKernel, blockKernel, tileKernel } from "./tile.ts";

export type { Float } from "./code.ts";
export { gemmParameters, KC, workspaceBytes } from "./driver.ts";

function moduleBytes(type: Float, relaxed: boolean): Uint8Array {
  const arithmetic: GemmOps = { element: elements[type], relaxed };
  const { element } = arithmetic;
  const module = new ModuleBuilder();
  module.importMemory("env", "memory");
  const tiles = (packed: boolean) =>
    [1, 2].map((vectors) => module.func(tileKernel(arithmetic, vectors, packed)));
  const add = module.func(addKernel(element));
  const kernels: GemmKernels = {
    block: module.func(blockKernel(element, { strided: tiles(false), packed: tiles(true), add })),
    packA: module.func(packKernel(element, MR)),
    packB: module.func(packKernel(element, columnsOf(element))),
    packMappedA: module.func(packMappedKernel(element, MR)),
    packMappedB: module.func(packMappedKernel(element, columnsOf(element))),
    rows: module.func(rowsKernel(arithmetic, add)),
    columns: module.func(columnsKernel(arithmetic, add)),
  };
  module.func(emitGemm(type, kernels, false), "strided");
  module.func(emitGemm(type, kernels, true), "mapped");
  return module.bytes();
}

const modules = new Map<string, WebAssembly.Module>();

/**
 * The compiled kernels for one element type, built at the first use. It imports `env.memory` and exports the product of
 * `strided` and that of `mapped` operands; see `emitGemm`. `relaxed` multiplies and adds with one rounding where machine and
 * engine can; results then differ from machine to machine.
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
