import type { Elementwise } from "@chainrule/core/internal";
import type { Fraction } from "./fraction.ts";

/**
 * The data of the algebra. A tensor is written by its elements, with a letter for each axis: X[n,k]. Axes of size 1 have no
 * letter. Equal data have equal keys.
 */

/** The letter of an axis. `axis` is the same for all axes that must have equal sizes. */
export interface Index {
  readonly name: string;
  readonly size: number;
  readonly axis: number;
}

/** The letter of each axis of a tensor; axes of size 1 have none. */
export type Letters = readonly (Index | undefined)[];

/** An element of a named tensor. */
export interface SymbolAtom {
  readonly kind: "symbol";
  readonly key: string;
  readonly name: string;
  readonly axes: readonly Index[];
}

/** An elementwise op that the algebra does not resolve, applied to expressions. */
export interface ApplyAtom {
  readonly kind: "apply";
  readonly key: string;
  readonly op: Elementwise;
  readonly args: readonly Rational[];
}

/** Σ of the body over bound letters, which have names that occur nowhere else. */
export interface SumAtom {
  readonly kind: "sum";
  readonly key: string;
  readonly over: readonly Index[];
  readonly body: Rational;
}

/** 1 where both letters are equal, else 0. */
export interface DeltaAtom {
  readonly kind: "delta";
  readonly key: string;
  readonly axes: readonly [Index, Index];
}

/** An irrational number. */
export interface ConstantAtom {
  readonly kind: "constant";
  readonly key: string;
  readonly name: ConstantName;
}

export type ConstantName = "√2" | "√π" | "ln 2" | "ln 10" | "∞";

/** The number of elements along an axis. */
export interface SizeAtom {
  readonly kind: "size";
  readonly key: string;
  readonly axis: number;
  readonly size: number;
}

/** The result of an op that the algebra does not know, at the letters of its axes. */
export interface OpaqueAtom {
  readonly kind: "opaque";
  readonly key: string;
  readonly id: string;
  readonly name: string;
  /** The symbols that it depends on. */
  readonly depends: readonly string[];
  readonly axes: readonly Index[];
}

export type Atom = SymbolAtom | ApplyAtom | SumAtom | DeltaAtom | ConstantAtom | SizeAtom | OpaqueAtom;
export type AtomKind = Atom["kind"];

/** A power of an atom; the exponent is an integer other than 0. */
export interface Power {
  readonly atom: Atom;
  readonly exponent: number;
}

/** A coefficient times powers of different atoms, sorted by their keys. */
export interface Term {
  readonly key: string;
  readonly coefficient: Fraction;
  readonly powers: readonly Power[];
}

/** A sum of terms with different powers, sorted by their keys. Exponents may be negative. */
export interface Polynomial {
  readonly key: string;
  readonly terms: readonly Term[];
}

/** A factor of a denominator: a polynomial of several terms without a common factor, to a positive power. */
export interface Factor {
  readonly polynomial: Polynomial;
  readonly power: number;
}

/** A polynomial over a product of factors that do not divide it. */
export interface Rational {
  readonly key: string;
  readonly numerator: Polynomial;
  readonly denominator: readonly Factor[];
}
