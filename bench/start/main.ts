/** A fresh process's first gradient: `start SYSTEM` prints how long import and gradient took, and the gradient. */
import type { Found } from "../cell.ts";

const programs: Record<string, () => Promise<{ gradient(): Promise<ArrayLike<number>> }>> = {
  chainrule: () => import("./chainrule.ts"),
  "jax-js": () => import("./jax.ts"),
  "tfjs-wasm": () => import("./tfjsWasm.ts"),
  "tfjs-cpu": () => import("./tfjsCpu.ts"),
  "js-pytorch": () => import("./jsPytorch.ts"),
};

const start = performance.now();
const { gradient } = await programs[process.argv[2] as string]!();
const result = Array.from(await gradient());
const ms = performance.now() - start;
const found: Found = { measured: [{ form: "", medianMs: ms, minMs: ms, result }], failed: {} };
process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
