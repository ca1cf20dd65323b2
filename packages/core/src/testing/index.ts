export { withBackend } from "../backend/evaluate.ts";
export { interpreter, makeInterpreter } from "../backend/interpreter.ts";
export { printGraph } from "../graph/print.ts";
export { lifted } from "../tensor/tensor.ts";
export { table } from "./table.ts";
export { wasm } from "../backend/wasm/wasm.ts";
