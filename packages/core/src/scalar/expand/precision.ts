/** Building blocks of the expansions: a formula for each precision, polynomials, rounding. */
import type { Expr, Scalar } from "../expr.ts";
import { add, eq, floor, mul, sub, where } from "../primitives.ts";

/** A function as an expression of primitives, each of which rounds to the precision named. */
export interface Expansion<F = (...x: Expr[]) => Expr> {
  readonly float32: F;
  readonly float64: F;
}

/** One formula, instantiated with the constants of each precision. */
export const forEachPrecision = <C, F>(
  constants: Expansion<C>,
  formula: (constants: C) => F,
): Expansion<F> => ({
  float32: formula(constants.float32),
  float64: formula(constants.float64),
});

/** c₀ + c₁x + c₂x² + … by Horner's rule. */
export const horner = (coefficients: readonly number[], x: Expr): Expr =>
  coefficients.reduceRight<Scalar>((sum, c) => (sum === 0 ? c : add(mul(sum, x), c)), 0) as Expr;

export const square = (x: Expr): Expr => mul(x, x);

/** c₀ + c₁x + c₂x² + … as (c₀ + c₁x) + x²((c₂ + c₃x) + …): half the dependency chain of Horner's rule, slightly less accurate. */
export function polynomial(coefficients: readonly number[], x: Expr, squared = square(x)): Expr {
  const pairs = coefficients.flatMap((c, k): Scalar[] => {
    const next = coefficients[k + 1];
    return k % 2 === 1 ? [] : [next === undefined ? c : add(mul(next, x), c)];
  });
  return pairs.reduceRight((sum, pair) => add(mul(sum, squared), pair)) as Expr;
}

/** Whether an integer is even. */
export function isEven(k: Expr): Expr {
  const half = mul(k, 0.5);
  return eq(floor(half), half);
}

/** x rounded to the nearest multiple of 2ⁿ, for a `shift` of 1.5·2ⁿ⁺²³ in float32 and 1.5·2ⁿ⁺⁵² in float64. */
export const roundTo = (shift: number, x: Expr): Expr => sub(add(x, shift), shift);

/** `y` where the condition holds, else NaN. */
export const nanUnless = (condition: Expr, y: Expr): Expr => where(condition, y, Number.NaN);
