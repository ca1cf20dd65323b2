import type { Expr, Scalar } from "../scalar/expr.ts";
import type { Shape } from "../shape.ts";

/**
 * Ops are plain data: a family, a name, and the attributes that the family's rules are functions of. Two ops with equal data
 * do the same. Only elementwise ops and identities carry functions, those of the row that they are.
 */
interface OpBase {
  readonly name: string;
}

/** y = f(x₀, x₁, …) at every element; `partials` are ∂f/∂xᵢ, absent where the op has no derivative. Known by its object. */
export interface Elementwise extends OpBase {
  readonly family: "elementwise";
  /** Which operands of the row the inputs are, where optional ones before the last are left out. */
  readonly operands?: readonly number[];
  readonly f: (x: readonly Expr[]) => Expr;
  readonly partials: ((y: Expr, x: readonly Expr[]) => readonly Scalar[]) | undefined;
  /** The same partials in a form that loses no digits, with which differentiation computes; absent where `partials` does. */
  readonly stablePartials: ((y: Expr, x: readonly Expr[]) => readonly Scalar[]) | undefined;
  /** Whether a partial of 0 says that the operand was not chosen, as a bool partial always does. */
  readonly choice: boolean;
  /** A condition on every element, and the error message, about operand `of`, if it does not hold. */
  readonly require:
    | { readonly holds: (x: readonly Expr[]) => Expr; readonly message: string; readonly of: number }
    | undefined;
}

/** Window o of axis `dim` has the elements o·stride + k·dilation − before, k = 0 … size − 1. */
export interface WindowAttributes {
  readonly dim: number;
  /** Elements of the axis. */
  readonly n: number;
  /** Number of windows, and elements of each. */
  readonly count: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the axis. */
  readonly before: number;
}

/** The attributes of each movement. */
export interface MovementAttributes {
  readonly reshape: { readonly shape: Shape };
  readonly expand: { readonly shape: Shape };
  /** Axis i of the result is axis dims[i]. */
  readonly permute: { readonly dims: readonly number[] };
  /** `count` elements along `dim`, from `start` in steps of `step`. */
  readonly slice: {
    readonly dim: number;
    readonly count: number;
    readonly start: number;
    readonly step: number;
  };
  /** The transpose of `slice`: the elements at start, start + step, … of `n` zeros along `dim`. */
  readonly scatterSlice: {
    readonly dim: number;
    readonly n: number;
    readonly start: number;
    readonly step: number;
  };
  /** Zeros before and after each axis. */
  readonly pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Axis `dim` as rows of `size` elements, the last filled up with zeros. */
  readonly split: { readonly dim: number; readonly size: number };
  /** Coordinate d of the input is offset[d] + Σₖ strides[d][k]·(coordinate k of the result). */
  readonly view: {
    readonly shape: Shape;
    readonly offset: readonly number[];
    readonly strides: readonly (readonly number[])[];
  };
  readonly roll: { readonly shifts: readonly number[]; readonly dims: readonly number[] };
  readonly diagonal: { readonly offset: number; readonly dim1: number; readonly dim2: number };
  readonly diagEmbed: { readonly offset: number };
  /** The inputs, concatenated along `dim`. */
  readonly cat: { readonly dim: number };
  /** y[…o…, k] = x[element k of window o]. */
  readonly windows: WindowAttributes;
  /** y[…i…, k] = x[the window whose element k is i]. */
  readonly transposedWindows: WindowAttributes;
  /** y[…o…, k] = x[element k of window o, k]. */
  readonly skew: WindowAttributes;
  /** y[…i…, k] = x[the window whose element k is i, k]: the transpose of `skew`. */
  readonly unskew: WindowAttributes;
  /** y[…i…] = x[the window that element i is in, its place there], of windows that do not overlap. */
  readonly foldDisjoint: WindowAttributes;
}

export type MovementName = keyof MovementAttributes;

type AnyMovement = {
  [K in MovementName]: { readonly family: "movement"; readonly name: K } & MovementAttributes[K];
}[MovementName];

/** Every output element is one input element, or 0. */
export type Movement<K extends MovementName = MovementName> = Extract<AnyMovement, { readonly name: K }>;

/** Where an output element comes from: element `index` of input number `input`, provided that `valid` holds. */
export interface Read {
  readonly input: number;
  readonly index: readonly Scalar[];
  readonly valid?: Expr | undefined;
}

/** The primitives that reductions combine with: associative, so that a backend may take elements in any fixed order. */
export type ReduceOp = "add" | "mul" | "maximum" | "minimum" | "and" | "or";

/** `max` and `min` are `amax` and `amin` along one axis, whose derivative goes to the first of equal elements alone. */
export type ReductionName =
  | "sum"
  | "prod"
  | "amax"
  | "amin"
  | "max"
  | "min"
  | "argmax"
  | "argmin"
  | "any"
  | "all";

/** Axes `dims` are combined into one element. */
export interface Reduction extends OpBase {
  readonly family: "reduction";
  readonly name: ReductionName;
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

/** Operands of a product whose zeros win: terms in which one of them is 0 are left out, whatever the other factor is. */
export type Skip = "" | "a" | "b" | "ab";

/** yₒ = Σ aᵢ·bⱼ over the letters that the output lacks. Every letter occurs in at least two of a, b and the output. */
export interface Contraction extends OpBase {
  readonly family: "contraction";
  readonly a: string;
  readonly b: string;
  readonly out: string;
  readonly skip: Skip;
}

/** gather reads x at an index along `dim`; scatter writes there, adding to or replacing the element. */
export interface Indexing extends OpBase {
  readonly family: "indexing";
  readonly dim: number;
  readonly mode: "gather" | "scatterAdd" | "scatter";
}

/** The linear recurrence yᵢ = aᵢ·yᵢ₋₁ + bᵢ along `dim`, from y₋₁ = 0; `reverse` runs from the last element. */
export interface Recurrence extends OpBase {
  readonly family: "recurrence";
  readonly dim: number;
  readonly reverse: boolean;
  /** Whether yᵢ₋₁ = 0 gives bᵢ whatever aᵢ is. */
  readonly skip: boolean;
}

/** The attributes of each source. */
export interface SourceAttributes {
  readonly constant: { readonly value: number };
  readonly iota: { readonly dim: number };
  readonly randomBits: { readonly lane: number };
}

export type SourceName = keyof SourceAttributes;

type AnySource = {
  [K in SourceName]: { readonly family: "source"; readonly name: K } & SourceAttributes[K];
}[SourceName];

/** A tensor from nothing: a formula over the element's coordinates, and scalar inputs. */
export type Source<K extends SourceName = SourceName> = Extract<AnySource, { readonly name: K }>;

/** A value from outside of the graph. */
export interface Input extends OpBase {
  readonly family: "input";
}
