/** Mutants that no test can tell from the original, each with the reason. */
export interface Equivalent {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

export const equivalent: readonly Equivalent[] = [
  {
    file: "packages/optim/src/radam.ts",
    before: "ρ > 5",
    after: "ρ >= 5",
    reason: "They differ where ρ is 5 to the last bit, which rounding decides.",
  },
];
