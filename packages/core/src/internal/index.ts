/** What the other packages and the tests of this library share. It may change at any time: nothing in it is for users. */
export { linearMemory, programsPrepared } from "../backend/wasm/wasm.ts";
export { nodeCount } from "../graph/node.ts";
export { printGraph } from "../graph/print.ts";
export { computes } from "../scalar/truth.ts";
export { formatShape, sameShape } from "../shape.ts";
export { lifted } from "../tensor/tensor.ts";
export { operandsOf, table } from "./table.ts";
