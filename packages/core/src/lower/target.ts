/** The optional passes: without one of them programs are slower or larger, and their results have the same bits. */
export type OptionalPass =
  | "simplify"
  | "padOperands"
  | "eliminateDeadStores"
  | "contractToRows"
  | "fissionStrips";

/**
 * Constants that fix the order in which the terms of a sum are added, and so the bits of a result. Targets that are to
 * give the same bits have the same numerics.
 */
export interface Numerics {
  /** Reductions of at most this many terms become an expression of them, added as a binary tree. */
  readonly maxUnrolledTerms: number;
  /** Reductions with fewer results than this are loops, however few terms they have. */
  readonly minUnrolledOutputs: number;
  /** Contractions of more multiplications than this go to the matrix kernel. */
  readonly minGemmMultiplies: number;
  /** Column sums of more rows than this are split into blocks. */
  readonly maxSequentialTerms: number;
}

/**
 * The facts of a backend that lowering uses. Apart from `numerics` the fields decide how fast a program is and how much
 * memory it takes, never its results.
 */
export interface Target {
  readonly numerics: Numerics;
  /** The passes to leave out. */
  readonly omit: ReadonlySet<OptionalPass>;

  /** simplify: chains of at most this many movements are examined for ones that cancel. */
  readonly maxCancelledMovements: number;

  /** materialize: expressions of more ops than this are cut, and the lower part is stored. */
  readonly maxExprOps: number;
  /** materialize: the bound for an unrolled reduction, whose expression repeats that of its terms. */
  readonly maxUnrolledOps: number;
  /** materialize: expressions of at most this many ops are recomputed in each consumer. */
  readonly maxRecomputedOps: number;
  /** materialize: a concatenation of more tensors than this is a kernel that copies them, not a chain of choices. */
  readonly maxInlineConcat: number;

  /** fuse: a nest of this many statements takes no more. */
  readonly maxStatements: number;
  /** fuse: a nest of this many ops takes no more. */
  readonly maxNestOps: number;
  /** fuse: loops of at most this many points join any nest whose outer axes they have. */
  readonly maxSmallLoop: number;
  /** fuse: values of more ops than this are kept in a row buffer for later loops, which recompute shorter ones. */
  readonly maxRecomputedRowOps: number;

  /** fissionStrips: loop bodies of fewer ops than this stay whole. */
  readonly minFissionOps: number;
  /** fissionStrips: a body is split where the larger part has at most this share of its ops. */
  readonly maxFissionRatio: number;
  /** fissionStrips: loops of fewer points than this stay whole. */
  readonly minFissionPoints: number;
  /** fissionStrips: the bounds of a strip's length, in points. */
  readonly minStrip: number;
  readonly maxStrip: number;

  /** planMemory: whether a kernel may write its result over an operand that it is the last to read. */
  readonly reusesOperands: boolean;
  /** Bytes beyond the end of a buffer that kernels may read. */
  readonly readPastEnd: number;
  /** Buffers start at multiples of this many bytes. */
  readonly alignment: number;
}
