/** c₀ + c₁x + c₂x² + … in double precision. */
export const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, c) => sum * x + c, 0);
