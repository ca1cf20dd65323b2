import "./backend/default.ts";
import "./debug/log.ts";

export type { Backend } from "./backend/backend.ts";
export { setBackend, withBackend } from "./backend/evaluate.ts";
export { interpreter } from "./backend/interpreter.ts";
export { hasFusedMultiplyAdd as fusesMultiplyAdd } from "./backend/wasm/gemm/feature-probe.ts";
export { createWasm, type WasmBackend, type WasmOptions, wasm, wasmRelaxed } from "./backend/wasm/wasm.ts";
export { compile, dynamic } from "./compile/compile.ts";
export type { PadOptions } from "./compositions/pad.ts";
export { type AnomalyOptions, detectAnomaly } from "./debug/anomaly.ts";
export { type ExplainOptions, explain } from "./debug/explain.ts";
export {
  type GradientReport,
  type GradientReportOptions,
  type GradientReportRow,
  gradientReport,
  type NamedParameters,
  type Previewing,
} from "./debug/gradient-report.ts";
export { type KernelProfile, type Profile, profile } from "./debug/profile.ts";
export type { Statistics } from "./debug/statistics.ts";
export { type DType, getDefaultDtype, setDefaultDtype, type TypedArray } from "./dtype.ts";
export { ChainruleError, type ErrorCode } from "./errors.ts";
export { type FormulaNames, type FormulaTag, formula } from "./formula/formula.ts";
export type { HostView } from "./graph/node.ts";
export type { KeepDim } from "./ops/broadcast.ts";
export * as scalar from "./scalar/index.ts";
export { formatShape, type Shape, sameShape } from "./shape.ts";
export { Cell, Parameter } from "./tensor/cell.ts";
export * from "./tensor/combine.ts";
export { allclose, equal } from "./tensor/compare.ts";
export * from "./tensor/create.ts";
export type { CreateOptions, OfShape } from "./tensor/create-options.ts";
export { elementwise } from "./tensor/define.ts";
export type { EncodedTensor } from "./tensor/encode.ts";
export { fingerprint, type Stateful } from "./tensor/fingerprint.ts";
export { Generator, manualSeed } from "./tensor/generator.ts";
export { type HostOptions, hostOp } from "./tensor/host.ts";
export type { TensorList } from "./tensor/join.ts";
export { fromJSON } from "./tensor/json.ts";
export type { Nested, Pixels, TensorData } from "./tensor/nested.ts";
export {
  bernoulli,
  normal,
  permutation,
  type RandomOptions,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
} from "./tensor/random.ts";
export { guard, sideEffect } from "./tensor/recorder.ts";
export { type BackwardOptions, evaluate, read, Tensor, type TensorLike } from "./tensor/tensor.ts";
export { type CustomRule, checkpoint, customGradient, noGrad } from "./transform/custom.ts";
export { type Argnums, type GradOptions, grad, valueAndGrad, vjp } from "./transform/grad.ts";
export { hessian, jacobian } from "./transform/jacobian.ts";
export { jvp } from "./transform/jvp.ts";
export { withoutRewrites } from "./transform/without-rewrites.ts";
