import { checkArguments, type Signature } from "../../arguments.ts";
import type { CanonicalGraph } from "../../graph/canonicalize.ts";
import { lower } from "../../lower/pipeline.ts";
import type { Target } from "../../lower/target.ts";
import type { Backend, Executable } from "../backend.ts";
import { partition } from "../partition.ts";
import { WasmExecutable } from "./executable.ts";
import { GemmKernels, type GemmMode, instantiate } from "./instance.ts";
import { LinearMemory } from "./memory/linear-memory.ts";
import { target as wasmTarget } from "./target.ts";

/** Longer graphs are searched for loops, whose iterations share a program. */
const maxUnpartitioned = 8_000;
/** Longer graphs are several programs: engines bound modules, and each program bounds the memory that it needs at once. */
const maxProgramNodes = 20_000;

/** Options of `createWasm`. */
export interface WasmOptions {
  /**
   * How large matrix products round: `"strict"` (the default) after each multiplication and each addition, with the same bits
   * on every machine; `"relaxed"` once for both where the machine can (`fusesMultiplyAdd`), which is faster.
   */
  readonly gemm?: GemmMode;
}

/**
 * Kernels in WebAssembly with 128-bit vectors, over a linear memory of its own, which is allocated when the first graph runs.
 *
 * @example
 * const backend = createWasm();
 * console.log(withBackend(backend, () => tensor([1, 2]).sum().item())); //=> 3
 */
export class WasmBackend implements Backend {
  readonly name: string;
  readonly #gemmMode: GemmMode;
  #memory: LinearMemory | null = null;
  #gemm: GemmKernels | null = null;
  #programs = 0;

  constructor(
    { gemm = "strict" }: WasmOptions = {},
    readonly target: Target = wasmTarget,
  ) {
    this.name = gemm === "strict" ? "wasm" : `wasm, ${gemm}`;
    this.#gemmMode = gemm;
  }

  prepare(graph: CanonicalGraph): Executable {
    const prepare = (part: CanonicalGraph) => this.#compile(part);
    return graph.items.length > maxUnpartitioned
      ? partition(graph, maxProgramNodes, prepare)
      : prepare(graph);
  }

  #compile(graph: CanonicalGraph): Executable {
    this.#memory ??= new LinearMemory();
    this.#gemm ??= new GemmKernels(this.#memory.heap.memory, this.#gemmMode);
    this.#programs++;
    const program = lower(graph, this.target);
    const instance = instantiate(program, this.#gemm);
    return new WasmExecutable(this, this.target, graph, program, this.#memory, instance);
  }

  /** How many programs were compiled. */
  get programsPrepared(): number {
    return this.#programs;
  }

  /** Bytes of linear memory: its size, and those in use. */
  get linearMemory(): { readonly bytes: number; readonly used: number } {
    const heap = this.#memory?.heap;
    return { bytes: heap?.memory.buffer.byteLength ?? 0, used: heap?.used ?? 0 };
  }

  /**
   * Gives up the tensors in its memory: those that were not read before cannot be read any more, and the backend runs no other
   * graph. The memory itself is collected once nothing refers to the backend.
   */
  dispose(): void {
    this.#memory ??= new LinearMemory();
    this.#memory.close();
  }
}

const createWasmArguments: Signature = { options: { gemm: ["strict", "relaxed"] } };

/**
 * A WebAssembly backend with a linear memory of its own, beside `wasm` and others. Tensors computed on one backend can be
 * used on another: they are read through JavaScript memory.
 *
 * @example
 * const own = createWasm();
 * const x = withBackend(own, () => tensor([1, 2, 3]).square());
 * console.log(withBackend(own, () => x.sum().item())); //=> 14
 * own.dispose();
 */
export function createWasm(options: WasmOptions = {}): WasmBackend {
  checkArguments("createWasm", createWasmArguments, arguments);
  return new WasmBackend(options);
}

/**
 * WebAssembly kernels with the same bits on every machine: the default backend.
 *
 * @example
 * console.log(withBackend(wasm, () => tensor([1, 2]).sum().item())); //=> 3
 */
export const wasm: WasmBackend = /* @__PURE__ */ new WasmBackend();

/**
 * `wasm`, except that large matrix products round once for a multiplication and an addition if the machine can
 * (`fusesMultiplyAdd`): faster, as exact, but bits then differ from machine to machine.
 *
 * @example
 * setBackend(wasmRelaxed);
 * console.log(ones(64, 64).matmul(ones(64, 64)).mean().item()); //=> 64
 * setBackend(wasm);
 */
export const wasmRelaxed: WasmBackend = /* @__PURE__ */ new WasmBackend({ gemm: "relaxed" });
