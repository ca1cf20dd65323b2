import type { Target } from "../../lower/target.ts";

/** Bytes beyond the end of a buffer that vector loads may read: the last unrolled pair of 128-bit vectors. */
export const readPastEnd = 32;

/**
 * The tuning of the WebAssembly backend: 128-bit vectors, code that engines compile function by function, out-of-order
 * processors. Where a comment names no measurement, the number balances the two costs that it names.
 */
export const target: Target = {
  numerics: {
    /** The nine elements of a 3 × 3 window: pools and depthwise convolutions are elementwise loops, which vectorize along the output. */
    maxUnrolledTerms: 9,
    /** A vector loop over fewer outputs does not pay for the longer body. */
    minUnrolledOutputs: 64,
    /** Below 16 × 16 × 16 multiplications, packing the operands costs more than the matrix kernel gains. */
    minGemmMultiplies: 4096,
    /** Sequential float32 sums have errors of up to n ulp, and splitting costs a second kernel. */
    maxSequentialTerms: 8192,
  },
  omit: new Set(),

  /** Chains that cancel come in pairs, such as a permutation and its inverse; longer searches cost compile time. */
  maxCancelledMovements: 4,

  /** Longer bodies keep more values alive than there are 16 vector registers, and take longer to compile. */
  maxExprOps: 64,
  maxUnrolledOps: 128,
  /** Recomputing a dozen ops costs about as much as a store and a load of memory outside the cache. */
  maxRecomputedOps: 12,
  /** Each operand adds a comparison and a choice to every point. */
  maxInlineConcat: 8,

  /** Engines compile long functions slowly, and bound their size and locals. */
  maxStatements: 32,
  maxNestOps: 4096,
  /** A kernel of so few points costs less than the call of a function of its own. */
  maxSmallLoop: 64,
  /** A row is in the first cache, so that reading a value again is cheaper than the same from memory. */
  maxRecomputedRowOps: 8,

  /** Out-of-order processors overlap several points as long as this many ops fit in their reorder buffer. */
  minFissionOps: 48,
  maxFissionRatio: 0.75,
  /** A strip costs a store and a load of each of its points. */
  minFissionPoints: 1 << 14,
  /** Shorter strips pay for their loops; longer ones leave the first cache (4096 float64 elements take 32 KiB). */
  minStrip: 64,
  maxStrip: 4096,

  reusesOperands: true,
  readPastEnd,
  alignment: 16,
};
