/** A system of the table: the program that runs its works, and where it can, a program that takes a first gradient. */
export interface Entry {
  readonly name: string;
  readonly program: string;
  readonly start?: string;
  /** Files that a browser loads besides the program. */
  readonly files?: readonly string[];
}

export const systems: readonly Entry[] = [
  { name: "chainrule", program: "systems/chainrule.ts", start: "start/chainrule.ts" },
  { name: "chainrule-eager", program: "systems/chainruleEager.ts" },
  { name: "plain", program: "systems/plain.ts" },
  { name: "jax-js", program: "systems/jax.ts", start: "start/jax.ts" },
  {
    name: "tfjs-wasm",
    program: "systems/tfjsWasm.ts",
    start: "start/tfjsWasm.ts",
    files: ["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
  },
  { name: "tfjs-wasm-expert", program: "systems/tfjsWasmExpert.ts" },
  { name: "tfjs-cpu", program: "systems/tfjsCpu.ts", start: "start/tfjsCpu.ts" },
  { name: "js-pytorch", program: "systems/jsPytorch.ts", start: "start/jsPytorch.ts" },
  { name: "pytorch", program: "systems/pytorch.py" },
];
