/** A mutant to try, and which of the tests: those of these files, and those whose titles name one of the rows. */
export interface Trial {
  readonly id: number;
  readonly files: readonly string[];
  readonly rows: readonly string[];
  /** Only the tests with these titles. */
  readonly titles?: readonly string[];
}

/** The test that failed, or null where all passed. */
export interface Verdict {
  readonly id: number;
  readonly killedBy: { readonly title: string; readonly message: string } | null;
}

/** Sent after each test that passes. */
export const progress = "progress";
