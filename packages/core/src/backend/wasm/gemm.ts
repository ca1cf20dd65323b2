import { ModuleBuilder } from "./assembler.ts";
import { type Arithmetic, columnsOf, elements, type Float, MR } from "./gemm-code.ts";
import { emitGemm, type GemmKernels } from "./gemm-driver.ts";
import { packKernel, packParameters } from "./gemm-pack.ts";
import { columnsKernel, rowParameters, rowsKernel } from "./gemm-row.ts";
import { addKernel, blockKernel, blockParameters, tileKernel } from "./gemm-tile.ts";

export type { Float } from "./gemm-code.ts";
export { emitGemm, type GemmKernels, KC, type Packs, workspaceBytes } from "./gemm-driver.ts";

/** How the shared kernels are built. */
export interface GemmOptions {
  /** Whether the memory is shared between threads. */
  readonly shared?: boolean;
  /** Fused multiply-add where machine and engine have it; results then differ from machine to machine. */
  readonly relaxed?: boolean;
}

const PAGES = 65536;
const parameters = {
  block: blockParameters,
  packA: packParameters,
  packB: packParameters,
  rows: rowParameters,
  columns: rowParameters,
};

function moduleBytes(type: Float, shared: boolean, relaxed: boolean): Uint8Array {
  const arithmetic: Arithmetic = { element: elements[type], relaxed };
  const { element } = arithmetic;
  const module = new ModuleBuilder();
  module.importMemory("env", "memory", shared, shared ? PAGES : undefined);
  const tiles = (packed: boolean) =>
    [1, 2].map((vectors) => module.func(tileKernel(arithmetic, vectors, packed)));
  const add = module.func(addKernel(element));
  const kernels: GemmKernels = {
    block: module.func(blockKernel(element, { strided: tiles(false), packed: tiles(true), add }), "block"),
    packA: module.func(packKernel(element, MR), "packA"),
    packB: module.func(packKernel(element, columnsOf(element)), "packB"),
    rows: module.func(rowsKernel(arithmetic, add), "rows"),
    columns: module.func(columnsKernel(arithmetic, add), "columns"),
  };
  module.func(emitGemm(type, kernels), "gemm");
  return module.bytes();
}

const modules = new Map<string, WebAssembly.Module>();

/**
 * The compiled kernels for one element type, built at the first use. It imports `env.memory` and exports `gemm`
 * (see `emitGemm` for its parameters) and the kernels that a driver in another module imports by `importGemm`.
 */
export function gemmModule(
  type: Float,
  { shared = false, relaxed = false }: GemmOptions = {},
): WebAssembly.Module {
  const key = `${type} ${shared} ${relaxed}`;
  let module = modules.get(key);
  if (!module) {
    const bytes = moduleBytes(type, shared, relaxed);
    module =
      relaxed && !WebAssembly.validate(bytes) ? gemmModule(type, { shared }) : new WebAssembly.Module(bytes);
    modules.set(key, module);
  }
  return module;
}

/** Imports the kernels, from the import module `gemm.f32` or `gemm.f64`: the exports of an instance of `gemmModule`. */
export function importGemm(module: ModuleBuilder, type: Float): GemmKernels {
  const entries = Object.entries(parameters).map(([name, names]) => [
    name,
    module.importFunction(
      `gemm.${type}`,
      name,
      names.map(() => "i32"),
      [],
    ),
  ]);
  return Object.fromEntries(entries) as GemmKernels;
}
