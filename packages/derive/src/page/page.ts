import type { Notation } from "../notation/notation.ts";
import type { Lettering } from "../notation/render.ts";

/** The page as data, which every output format writes. */

/** ∂of/∂by, or the letter of a tensor. */
export type Side =
  | { readonly kind: "letter"; readonly name: string }
  | { readonly kind: "partial"; readonly of: string; readonly by: string; readonly order?: number }
  /** A formula; some letters may be replaced by what they stand for. */
  | { readonly kind: "formula"; readonly of: Notation; readonly inlined?: ReadonlyMap<string, Notation> }
  /** Σ of products of derivatives, as the chain rule has them; some have names. */
  | { readonly kind: "paths"; readonly paths: readonly (readonly Derivative[])[] };

export type Derivative = readonly [of: string, by: string] | string;

/** Words and formulas. */
export type Reason = readonly (string | Side)[];

/** = side, and why. */
export interface Equality {
  readonly right: Side;
  readonly reason?: Reason;
}

/** An equation with its number, and the equalities that continue it. */
export interface Equation {
  /** Absent from what closes the page. */
  readonly number?: number;
  readonly left: Side;
  readonly equalities: readonly Equality[];
  /** Shape, range and check of the value. */
  readonly notes: readonly string[];
}

export interface Section {
  readonly heading: string;
  readonly equations: readonly Equation[];
  readonly notes: readonly string[];
}

export interface Page {
  readonly title: Side;
  readonly sections: readonly Section[];
  readonly lettering: Lettering;
}
