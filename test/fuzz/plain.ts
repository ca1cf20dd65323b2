import { WasmBackend, wasmTarget } from "@chainrule/core/internal";

/** Every optimization off: each node is stored by a kernel of its own. The numerics stay, and with them the bits. */
export const plainTarget: typeof wasmTarget = {
  ...wasmTarget,
  omit: new Set(["simplify", "padOperands", "eliminateDeadStores", "contractToRows", "fissionStrips"]),
  maxExprOps: -1,
  maxUnrolledOps: -1,
  maxRecomputedOps: -1,
  maxInlineConcat: Number.POSITIVE_INFINITY,
  maxStatements: 1,
  maxSmallLoop: 0,
  maxRecomputedRowOps: Number.POSITIVE_INFINITY,
  reusesOperands: false,
};

export const plainWasm = new WasmBackend({}, plainTarget);
