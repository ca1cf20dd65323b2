import "../backend/default.ts";

export type { Backend } from "../backend/backend.ts";
export { withBackend } from "../backend/evaluate.ts";
export { interpreter, makeInterpreter } from "../backend/interpreter.ts";
export { wasm } from "../backend/wasm/wasm.ts";
export type { Tolerance } from "./close.ts";
export { type GradcheckOptions, gradcheck } from "./gradcheck.ts";
export type { GradcheckReport } from "./gradcheck-report.ts";
export { gradgradcheck } from "./gradgradcheck.ts";
export { type MatcherResult, matchers, type TensorMatchers } from "./matchers.ts";
export { checkOp } from "./op-check/check-op.ts";
export type { CheckName } from "./op-check/checks.ts";
export type { OpRemark, OpReport } from "./op-check/op-report.ts";
export type { CheckOpOptions } from "./op-check/probe.ts";
export { compareGradients, type HandGradient, oracle } from "./oracle.ts";
