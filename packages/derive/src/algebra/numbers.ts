import { constant } from "./atoms.ts";
import { Fraction } from "./fraction.ts";
import { mul, number, pow } from "./rational.ts";
import type { ConstantName, Rational } from "./term.ts";

/** Doubles as exact numbers: fractions, and irrational numbers that formulas are written with. */

export const constantValues: Readonly<Record<ConstantName, number>> = {
  "√2": Math.SQRT2,
  "√π": Math.sqrt(Math.PI),
  "ln 2": Math.LN2,
  "ln 10": Math.LN10,
  "∞": Number.POSITIVE_INFINITY,
};

/** A fraction with a small denominator, equal to x within rounding. */
function smallFraction(x: number): Fraction | undefined {
  for (let q = 1; q <= 360; q++) {
    const p = Math.round(x * q);
    if (p !== 0 && Math.abs(p / q - x) <= 4e-16 * Math.abs(x)) return new Fraction(BigInt(p), BigInt(q));
  }
  return undefined;
}

const exponents = [0, 1, -1, 2, -2] as const;

/** Products of the constants, simplest first. */
const products = exponents
  .flatMap((π) => [0, 1].flatMap((root) => exponents.map((ln2) => ({ "√π": π, "√2": root, "ln 2": ln2 }))))
  .map((powers) => ({ powers, weight: Object.values(powers).reduce((n, e) => n + Math.abs(e), 0) }))
  .sort((a, b) => a.weight - b.weight)
  .filter(({ weight }) => weight <= 3);

/** A double as an exact number. A decimal of at most nine digits is itself. */
export function exactNumber(x: number): Rational {
  if (!Number.isFinite(x)) return mul(number(x < 0 ? -1n : 1n), constant("∞"));
  const digits = String(x).replace(/e.*|[-.]/g, "").length;
  if (digits <= 9) return number(Fraction.ofDecimal(x));
  for (const { powers } of products) {
    const entries = Object.entries(powers) as [ConstantName, number][];
    const value = entries.reduce((v, [name, e]) => v * constantValues[name] ** e, 1);
    const factor = smallFraction(x / value);
    if (factor) return mul(number(factor), ...entries.map(([name, e]) => pow(constant(name), e)));
  }
  return number(Fraction.ofDecimal(x));
}
