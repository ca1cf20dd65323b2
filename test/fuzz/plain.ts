import { WasmBackend, wasmTarget } from "@chainrule/core/internal";

type Pass = typeof wasmTarget.omit extends ReadonlySet<infer P extends string> ? P : never;

const optionalPasses = {
  simplify: true,
  padOperands: true,
  eliminateDeadStores: true,
  contractToRows: true,
  fissionStrips: true,
} satisfies Record<Pass, true>;

/** Every optimization off: each node is stored by a kernel of its own. The numerics stay, and with them the bits. */
export const plainTarget: typeof wasmTarget = {
  ...wasmTarget,
  omit: new Set(Object.keys(optionalPasses) as Pass[]),
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
