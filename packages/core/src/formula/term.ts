import type { FormulaFunction } from "./functions.ts";
import type { Span } from "./text.ts";

/** An argument by name, and the index of its term. */
export type Keyword = readonly [name: string, term: number];

/** A part of a formula; its operands are indices of earlier terms. */
export type Term = Span &
  (
    | { readonly kind: "constant"; readonly value: number | string }
    /** A name, whose value is given for each evaluation. */
    | { readonly kind: "name"; readonly name: string }
    /** The place of a value in a template. */
    | { readonly kind: "slot"; readonly index: number }
    | { readonly kind: "list"; readonly operands: readonly number[] }
    | {
        readonly kind: "call";
        readonly apply: FormulaFunction;
        readonly operands: readonly number[];
        readonly keywords: readonly Keyword[];
      }
  );

/** A parsed formula: terms in the order of evaluation, the last of which is the result. Long formulas need no recursion. */
export interface Program {
  readonly text: string;
  readonly terms: readonly Term[];
  /** The names of variables and constants. */
  readonly names: ReadonlySet<string>;
  /** The names that the text uses as functions. */
  readonly functions: ReadonlySet<string>;
}
