/** Mutants that compute the same as the original, each with the reason. */
export interface Equivalent {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

export const equivalent: readonly Equivalent[] = [];
