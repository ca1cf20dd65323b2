import { type DType, isFloat } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import type { Elementwise } from "../graph/op.ts";
import type { Expr, Scalar } from "../scalar/expr.ts";
import { range } from "../shape.ts";
import type { Operand } from "./row.ts";

/**
 * How dtypes pass through an elementwise op: `float` computes in floating point, `number` also in int32; `choice` gives one
 * of its operands, in whatever dtype they have, and `branches` does so by its first; `bits` are those of bool or int32, and
 * a `shift` needs more than one.
 */
export type TypeRule =
  | "float"
  | "number"
  | "choice"
  | "compare"
  | "predicate"
  | "logical"
  | "bits"
  | "shift"
  | "branches";

/** A condition on every element of the operands. */
export interface Requirement {
  readonly holds: (...x: Expr[]) => Expr;
  /** The error message, after the element of operand `of`, by default the first. */
  readonly message: string;
  readonly of?: number;
  /** Only for integers: floats have an infinity or a fraction as result. */
  readonly whole?: boolean;
}

/** An elementwise row: a formula, its partial derivatives given the result and the operands, and where to test it. */
export interface Formula {
  /** f(x₀, x₁, …). */
  readonly f: (...x: Expr[]) => Expr;
  /** (y, x₀, x₁, …) ↦ [∂y/∂x₀, ∂y/∂x₁, …]; absent if there is no derivative. */
  readonly d?: (y: Expr, ...x: Expr[]) => readonly Scalar[];
  /** The partial derivatives in a form that loses no digits, where `d` is the one of textbooks and does. */
  readonly stable?: (y: Expr, ...x: Expr[]) => readonly Scalar[];
  /** The result for particular operands whose derivative is not that of the formula. */
  readonly of?: (...x: Operand[]) => Node | undefined;
  readonly types?: TypeRule;
  /** Names of the operands; by default x and other. */
  readonly operands?: readonly string[];
  /** The interval from which tests draw each operand; by default [−2, 2]. */
  readonly domain?: readonly (readonly [number, number])[];
  readonly require?: Requirement;
}

/** The op that a formula is when the operands at `positions` are given and the others left to their defaults. */
function bind(
  name: string,
  { f, d, stable, types, require }: Formula,
  positions: readonly number[],
): Elementwise {
  const placed = (x: readonly Expr[]) => {
    const all = new Array<Expr>((positions.at(-1) ?? -1) + 1);
    positions.forEach((position, i) => {
      all[position] = x[i]!;
    });
    return all;
  };
  const partials = (of: Formula["d"]): Elementwise["partials"] =>
    of && ((y, x) => positions.map((position) => of(y, ...placed(x))[position]!));
  return {
    family: "elementwise",
    name,
    ...(positions.every((position, i) => position === i) ? {} : { operands: positions }),
    f: (x) => f(...placed(x)),
    choice: types === "choice" || types === "branches",
    partials: partials(d),
    stablePartials: partials(stable),
    require: require && { ...require, of: require.of ?? 0, holds: (x) => require.holds(...placed(x)) },
  };
}

/** The op of a row whose operands at `positions` are given, for a result of a dtype: always the same object. */
export type RowOps = (positions: readonly number[], dtype: DType) => Elementwise;

function boundOps(name: string, formula: Formula): (positions: readonly number[]) => Elementwise {
  const { length } = formula.f;
  const required = bind(name, formula, range(length));
  const others = new Map<string, Elementwise>();
  return (positions) => {
    if (positions.length === length) return required;
    const op = others.get(positions.join()) ?? bind(name, formula, positions);
    others.set(positions.join(), op);
    return op;
  };
}

/** The ops of a formula. What it requires of integers alone is not required of floats. */
export function opsOf(name: string, formula: Formula): RowOps {
  const ofIntegers = boundOps(name, formula);
  const { require, ...free } = formula;
  const ofFloats = require?.whole ? boundOps(name, free) : ofIntegers;
  return (positions, dtype) => (isFloat(dtype) ? ofFloats : ofIntegers)(positions);
}

const registered = new Map<string, RowOps>();

/** Makes a row known by its name, so that graphs with its ops can be written and read. The first of a name stays. */
export function register(name: string, ops: RowOps): void {
  if (!registered.has(name)) registered.set(name, ops);
}

/** The ops of the row that is registered under a name. */
export const registeredRow = (name: string): RowOps | undefined => registered.get(name);
