import type { NameParts } from "./names.ts";

/** A formula in one output format, with what its neighbours need to know. */
export interface Written {
  readonly text: string;
  /** How tightly it holds together: see `levels`. */
  readonly level: number;
}

/** Levels of precedence: what stands at a lower one is put in parentheses where a higher one is needed. */
export const levels = { sum: 1, product: 2, prefix: 3, power: 4, atom: 5 } as const;

/** An output format. */
export interface Style {
  letter(name: NameParts): string;
  number(digits: string): string;
  /** A sign such as N, π or I. */
  sign(x: string): string;
  /** Written between two formulas: =, +, −, ∘. */
  operator(left: string, operator: string, right: string): string;
  negative(x: string): string;
  parentheses(x: string): string;
  /** A product without a sign. */
  juxtaposed(left: string, right: string): string;
  fraction(top: Written, bottom: Written): Written;
  power(base: string, exponent: string): string;
  transposed(base: string): string;
  /** ln x, without parentheses. */
  prefixed(name: string, x: string): string;
  call(name: string, args: readonly string[]): string;
  exponential(x: Written): Written;
  root(x: string): string;
  absolute(x: string): string;
  /** A statement as a number: 1 where it holds. */
  bracket(statement: string): string;
  inner(a: string, b: string): string;
  total(letters: readonly string[], x: string): string;
  /** An element: X with its letters. */
  element(x: string, letters: readonly string[]): string;
  partial(top: string, bottom: string, order: number): string;
}
