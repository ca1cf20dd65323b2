export type { Backend } from "../backend/backend.ts";
export { withBackend } from "../backend/evaluate.ts";
export { interpreter, makeInterpreter } from "../backend/interpreter.ts";
export { printGraph } from "../graph/print.ts";
export { lifted } from "../tensor/tensor.ts";
export type { Tolerance } from "./close.ts";
export { type GradcheckOptions, gradcheck } from "./gradcheck.ts";
export { compareGradients, type HandGradient, oracle } from "./oracle.ts";
export { operandsOf, table } from "./table.ts";
