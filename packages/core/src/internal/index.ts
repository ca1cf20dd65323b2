/** What the other packages and the tests of this library share. It may change at any time: nothing in it is for users. */
import "../backend/default.ts";

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
export { target as wasmTarget } from "../backend/wasm/target.ts";
export { WasmBackend } from "../backend/wasm/wasm.ts";
export { guardFields } from "../compile/fields.ts";
export { formatType } from "../dtype.ts";
export { fail } from "../errors.ts";
export { nodeCount } from "../graph/node.ts";
export { printGraph } from "../graph/print.ts";
export { operandsOf } from "../ops/apply.ts";
export { graphFromJson, graphToJson } from "../ops/graph-json.ts";
export { table } from "../ops/table.ts";
export { referenceFunction as computes } from "../scalar/reference.ts";
export { formatShape, sameShape } from "../shape.ts";
export { Lifetime, refuseInside } from "../tensor/lifetime.ts";
export { methods } from "../tensor/methods.ts";
export { generatorKind } from "../tensor/random.ts";
export { Setting } from "../tensor/setting.ts";
export { lifted } from "../tensor/tensor.ts";
export { knownElements } from "./known.ts";
export { linearMemory, programsPrepared } from "./memory.ts";
export { type Range, ranges, requireInRange } from "./range.ts";
