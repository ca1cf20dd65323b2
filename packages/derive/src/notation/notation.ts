import type { Elementwise } from "@chainrule/core/internal";
import type { Fraction } from "../algebra/fraction.ts";
import type { ConstantName, Index } from "../algebra/term.ts";

/**
 * Formulas as a page shows them: with matrix products and transposes in the place of letters. Each knows the letters of its
 * axes, in order, so that a product that does not fit cannot be built, and every formula can be evaluated.
 */

interface Base {
  readonly axes: readonly Index[];
}

export interface NumberNotation extends Base {
  readonly kind: "number";
  readonly value: Fraction;
}
export interface ConstantNotation extends Base {
  readonly kind: "constant";
  readonly name: ConstantName;
}
export interface SizeNotation extends Base {
  readonly kind: "size";
  readonly axis: number;
  readonly size: number;
}
export interface LetterNotation extends Base {
  readonly kind: "letter";
  readonly name: string;
}
/** ± terms. */
export interface SumNotation extends Base {
  readonly kind: "sum";
  readonly terms: readonly { readonly negative: boolean; readonly of: Notation }[];
}
/** An elementwise product; factors without an axis repeat along it. */
export interface ProductNotation extends Base {
  readonly kind: "product";
  readonly factors: readonly Notation[];
}
export interface QuotientNotation extends Base {
  readonly kind: "quotient";
  readonly top: Notation;
  readonly bottom: Notation;
}
export interface PowerNotation extends Base {
  readonly kind: "power";
  readonly of: Notation;
  readonly exponent: number;
}
export interface ApplyNotation extends Base {
  readonly kind: "apply";
  readonly op: Elementwise;
  readonly args: readonly Notation[];
}
/** A product of matrices and vectors, over the last letter of `a` and the first after the batch of `b`. */
export interface MatmulNotation extends Base {
  readonly kind: "matmul";
  readonly a: Notation;
  readonly b: Notation;
  readonly over: Index;
}
export interface TransposeNotation extends Base {
  readonly kind: "transpose";
  readonly of: Notation;
}
/** The sum of the elementwise product over letters. */
export interface InnerNotation extends Base {
  readonly kind: "inner";
  readonly a: Notation;
  readonly b: Notation;
  readonly over: readonly Index[];
}
export interface TotalNotation extends Base {
  readonly kind: "total";
  readonly of: Notation;
  readonly over: readonly Index[];
}
/** A vector as a diagonal matrix; of the number 1 it is the identity. */
export interface DiagonalNotation extends Base {
  readonly kind: "diagonal";
  readonly of: Notation;
}
/** A product with its letters, where no product of matrices says it. */
export interface IndexedNotation extends Base {
  readonly kind: "indexed";
  readonly factors: readonly Notation[];
  readonly over: readonly Index[];
}
/** The result of an op by its name, known by an id. */
export interface OpaqueNotation extends Base {
  readonly kind: "opaque";
  readonly id: string;
  readonly name: string;
  readonly args: readonly Notation[];
}

export type Notation =
  | NumberNotation
  | ConstantNotation
  | SizeNotation
  | LetterNotation
  | SumNotation
  | ProductNotation
  | QuotientNotation
  | PowerNotation
  | ApplyNotation
  | MatmulNotation
  | TransposeNotation
  | InnerNotation
  | TotalNotation
  | DiagonalNotation
  | IndexedNotation
  | OpaqueNotation;
export type NotationKind = Notation["kind"];
