/** Shared by the other packages and the tests of this library. It may change at any time: nothing in it is for users. */
import "../backend/default.ts";

// Checks of arguments, the same for the public functions of all packages.
export {
  AnyTensor,
  checkArguments,
  checked,
  checkMethods,
  describe,
  instanceOf,
  type Kind,
  kinds,
  nearest,
  type Options,
  requireSameCopy,
  type Signature,
  type Signatures,
} from "../arguments.ts";
// Tests make backends of their own.
export { target as wasmTarget } from "../backend/wasm/target.ts";
export { WasmBackend } from "../backend/wasm/wasm.ts";
// Modules note that compiled functions depend on their options.
export { guardFields } from "../compile/fields.ts";
// Errors print dtype and shape in one way, and are thrown in one way.
export { formatType } from "../dtype.ts";
export { fail } from "../errors.ts";
// `derive` reads graphs as formulas, and computes them again elsewhere.
export { build } from "../graph/build.ts";
// Tests count the nodes that a call makes, and print graphs.
export { type Family, type Node, nodeCount, type Op } from "../graph/node.ts";
export type { Elementwise, Movement, Reduction } from "../graph/op.ts";
export { printGraph } from "../graph/print.ts";
export { topological } from "../graph/walk.ts";
// Tests enumerate the op tables and write graphs as JSON.
export { operandsOf } from "../ops/apply.ts";
export { registeredRow } from "../ops/formula.ts";
export { graphFromJson, graphToJson } from "../ops/graph-json.ts";
export { variable } from "../ops/identity.ts";
export { placeholder } from "../ops/placeholder.ts";
export { table } from "../ops/table.ts";
export {
  arg as argument,
  type Expr,
  type Scalar,
  subexpressions,
  toExpr as scalarExpr,
} from "../scalar/expr.ts";
// Optimizers and schedules compute numbers that have the same bits in every engine.
export { cosPi, pow } from "../scalar/portable.ts";
// Tests compare formulas with the scalar functions of the interpreter.
export { referenceFunction as computes } from "../scalar/reference.ts";
// Errors print shapes in one way.
export { formatShape, sameShape } from "../shape.ts";
// Functions of nn take a generator.
export { generatorKind } from "../tensor/generator.ts";
// Optimizers and schedules have state, which compiled functions treat by its lifetime.
export { Lifetime, refuseInside } from "../tensor/lifetime.ts";
// Tests enumerate the methods of tensors and their parameters.
export { methodArguments, methods } from "../tensor/methods.ts";
// Modules have a mode, training or not.
export { Setting } from "../tensor/setting.ts";
// The page of a derivation reads the graphs behind tensors; tests call functions on nodes with tensors.
export { lifted, nodeOf } from "../tensor/tensor.ts";
// Losses check class indices whose values are computed already, without a run.
export { knownElements } from "./known.ts";
// Tests measure memory and count compilations.
export { linearMemory, programsPrepared } from "./memory.ts";
// Options of nn and optim are checked against the same ranges.
export { type Range, ranges, requireInRange } from "./range.ts";
