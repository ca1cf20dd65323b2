/** An array of numbers that every system starts from, row-major. */
export interface Data {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** One work, stated once for every system: what it starts from, its hyper-parameters, and what is timed. */
export interface Problem<K extends string, T extends string, H = Record<never, never>> {
  readonly kind: K;
  readonly name: string;
  /** The unit of one timed iteration. */
  readonly iteration: string;
  readonly hyper: H;
  /** Inputs, and for training the parameters before the first iteration. */
  tensors(): Record<T, Data>;
  /** Floating-point operations of one iteration, where a rate is worth printing. */
  readonly flop?: number;
}

/** Iterations after which the systems' results are compared. */
export const checkedSteps = 3;
