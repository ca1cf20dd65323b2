import {
  type Elementwise,
  type Expr,
  type Scalar,
  scalarExpr,
  subexpressions,
} from "@chainrule/core/internal";
import { opOf } from "./atoms.ts";
import { apply } from "./functions.ts";
import { exactNumber } from "./numbers.ts";
import { add, div, mul, neg, sub } from "./rational.ts";
import type { Index, OpaqueAtom, Rational } from "./term.ts";

/** What formulas of rows can be read as: exact expressions, or notation. */
export interface Algebra<T> {
  number(x: number): T;
  add(x: T, y: T): T;
  sub(x: T, y: T): T;
  mul(x: T, y: T): T;
  div(x: T, y: T): T;
  neg(x: T): T;
  apply(op: Elementwise, args: readonly T[]): T;
}

/** What graphs can be read as: formulas, and what tensors add to them. */
export interface TensorAlgebra<T> extends Algebra<T> {
  symbol(name: string, axes: readonly Index[]): T;
  /** The result of an op of another family; `args` are its operands at letters of their own. */
  opaque(
    op: Pick<OpaqueAtom, "id" | "name" | "depends">,
    axes: readonly Index[],
    args: () => readonly T[],
  ): T;
  /** The number of elements along axes. */
  count(axes: readonly Index[]): T;
  sum(x: T, over: readonly Index[]): T;
  /** Σ a·b over letters, with the letters `out`. */
  contract(a: T, b: T, over: readonly Index[], out: readonly Index[]): T;
  /** Whether an op is written as its formula, not as itself. */
  isWrittenOut(op: Elementwise, formula: Expr): boolean;
  /** Whether rules that identities state are looked through. */
  readonly seesThroughRules: boolean;
}

export const exact: Algebra<Rational> = { number: exactNumber, add, sub, mul, div, neg, apply };

/** Primitives on truth values, by the rows that do the same. */
const rowOf: Readonly<Record<string, string>> = { and: "logicalAnd", or: "logicalOr", xor: "logicalXor" };

type Arithmetic = Exclude<keyof Algebra<unknown>, "number" | "apply">;
const arithmetic: readonly Arithmetic[] = ["add", "sub", "mul", "div", "neg"];
const isArithmetic = (name: string): name is Arithmetic => (arithmetic as readonly string[]).includes(name);

/** A formula of a row, with expressions in place of its arguments. */
export function interpret<T>(algebra: Algebra<T>, formula: Scalar, args: readonly T[]): T {
  const root = scalarExpr(formula);
  const values = new Map<Expr, T>();
  for (const e of subexpressions([root])) {
    if (e.kind === "arg") values.set(e, args[e.index]!);
    else if (e.kind === "const") values.set(e, algebra.number(e.value));
    else {
      const operands = e.args.map((x) => values.get(x)!);
      const { name } = e;
      if (isArithmetic(name)) values.set(e, (algebra[name] as (...x: readonly T[]) => T)(...operands));
      else values.set(e, algebra.apply(opOf(rowOf[name] ?? name, operands.length), operands));
    }
  }
  return values.get(root)!;
}

/** Primitives whose formulas differ from place to place: a row that contains one stays an op of its own. */
const piecewise = new Set([
  "where",
  "minimum",
  "maximum",
  "abs",
  "eq",
  "lt",
  "le",
  "copysign",
  "floor",
  "round",
  "trunc",
]);

/** Whether the formula of a row is smooth arithmetic of functions, so that expressions are better with it than with the row. */
export const isTransparent = (formula: Expr): boolean =>
  subexpressions([formula]).every((e) => e.kind !== "apply" || !piecewise.has(e.name));
