import type { Signature } from "../arguments.ts";
import {
  checkDType,
  compareScalar,
  type DType,
  getDefaultDtype,
  isFloat,
  promote,
  promoteScalar,
  toFloating,
} from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import { type Elementwise, Node } from "../graph/node.ts";
import { arg, type Expr, type Scalar } from "../scalar/expr.ts";
import * as words from "../scalar/primitives.ts";
import { broadcast, type Shape } from "../shape.ts";
import { broadcasting } from "./broadcast.ts";
import { isWeak, weakDType } from "./placeholder.ts";
import { type Operand, requireOperand } from "./row.ts";
import { scalar } from "./source.ts";

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

/** What must hold for every element of the operands. */
export interface Requirement {
  readonly holds: (...x: Expr[]) => Expr;
  /** What to say where it does not, behind the element of operand `of`, the first unless told. */
  readonly message: string;
  readonly of?: number;
  /** Asked of whole numbers alone: floats have an infinity or a fraction to give. */
  readonly whole?: boolean;
}

/** An elementwise row: a formula, its partial derivatives given the result and the operands, and where to test it. */
export interface Formula {
  /** f(x₀, x₁, …). */
  readonly f: (...x: Expr[]) => Expr;
  /** (y, x₀, x₁, …) ↦ [∂y/∂x₀, ∂y/∂x₁, …]; left out where there is no derivative. */
  readonly d?: (y: Expr, ...x: Expr[]) => readonly Scalar[];
  /** What it comes to for particular operands, where differentiation must not pass through the formula. */
  readonly of?: (...x: Operand[]) => Node | undefined;
  readonly types?: TypeRule;
  /** What the operands are called; x and other unless told. */
  readonly operands?: readonly string[];
  /** Where the tests draw each operand from; [−2, 2] unless told. */
  readonly domain?: readonly (readonly [number, number])[];
  readonly require?: Requirement;
}

interface TypeAnswer {
  /** What a tensor's dtype becomes beside a number. */
  readonly number?: (dtype: DType, scalar: number | boolean) => DType;
  readonly operand: (promoted: DType, i: number) => DType;
  readonly result: (promoted: DType) => DType;
  /** Floats have no such thing. */
  readonly bits?: boolean;
}

const atLeast = (floor: DType) => (promoted: DType) => promote(promoted, floor);

const typeRules: Record<TypeRule, TypeAnswer> = {
  float: { operand: toFloating, result: toFloating },
  number: { operand: atLeast("int32"), result: atLeast("int32") },
  choice: { operand: (promoted) => promoted, result: (promoted) => promoted },
  compare: { number: compareScalar, operand: (promoted) => promoted, result: () => "bool" },
  predicate: { operand: toFloating, result: () => "bool" },
  logical: { operand: () => "bool", result: () => "bool" },
  bits: { operand: (promoted) => promoted, result: (promoted) => promoted, bits: true },
  shift: { operand: atLeast("int32"), result: atLeast("int32"), bits: true },
  branches: { operand: (promoted, i) => (i === 0 ? "bool" : promoted), result: (promoted) => promoted },
};

/** The type rules that a formula may name. */
export const typeNames = Object.keys(typeRules);

/** The dtype that tensors and weak scalars agree on: scalars adapt to the tensors, where there are any. */
function commonDType(operands: readonly Operand[], number = promoteScalar): DType {
  let dtype: DType | undefined;
  for (const x of operands)
    if (x instanceof Node && !isWeak(x)) dtype = dtype ? promote(dtype, x.dtype) : x.dtype;
  const tensors = dtype ?? (operands.every((x) => typeof x === "boolean") ? "bool" : getDefaultDtype());
  let common = tensors;
  for (const x of operands) {
    if (!(x instanceof Node)) common = promote(common, number(tensors, x));
    else if (isWeak(x))
      common = promote(
        common,
        weakDType(x, (n) => number(tensors, n)),
      );
  }
  return common;
}

/**
 * A number or tensor beside x, in the dtype that the two agree on: what choices between it and elements of x are made of.
 * 0 and 1 beside bool are truth values.
 */
export function beside(x: Node, value: Operand): Node {
  const dtype = x.dtype === "bool" && (value === 0 || value === 1) ? "bool" : commonDType([x, value]);
  return value instanceof Node ? cast(value, dtype) : scalar(value, dtype);
}

/** The op that a formula is when the operands at `places` are given and the others left to their defaults. */
function bind(name: string, { f, d, types, require }: Formula, places: readonly number[]): Elementwise {
  const spread = (x: readonly Expr[]) => {
    const all = new Array<Expr>((places.at(-1) ?? -1) + 1);
    places.forEach((place, i) => {
      all[place] = x[i] as Expr;
    });
    return all;
  };
  return {
    family: "elementwise",
    name,
    attrs: places.every((place, i) => place === i) ? {} : { places },
    f: (x) => f(...spread(x)),
    choice: types === "choice" || types === "branches",
    partials: d && ((y, x) => places.map((_, i, p) => d(y, ...spread(x))[p[i] as number] as Scalar)),
    require: require && { ...require, of: require.of ?? 0, holds: (x) => require.holds(...spread(x)) },
  };
}

const castOps: Record<DType, Elementwise> = {
  bool: bind("toBool", { f: words.toBool }, [0]),
  int32: bind("toInt32", { f: words.toInt32 }, [0]),
  float32: bind("toFloat32", { f: words.toFloat32, d: () => [1] }, [0]),
  float64: bind("toFloat64", { f: words.toFloat64, d: () => [1] }, [0]),
};

/** The same numbers in another dtype: towards int32 by truncation and saturation, towards bool by x ≠ 0. */
export const cast = (x: Node, dtype: DType): Node =>
  x.dtype === dtype ? x : build(castOps[checkDType("to", dtype)], [x], x.shape, dtype);

const shapeOf = (x: Operand): Shape => (x instanceof Node ? x.shape : []);

/** Operands of an elementwise op, made canonical: tensors of one shape, in the dtypes that the rule asks for. */
function canonical(name: string, rule: TypeAnswer, operands: readonly Operand[]): readonly [Node[], DType] {
  const promoted = commonDType(rule === typeRules.branches ? operands.slice(1) : operands, rule.number);
  const shape = broadcast(name, operands.map(shapeOf));
  const nodes = operands.map((x, i) => {
    const dtype = rule.operand(promoted, i);
    return broadcasting.expand(x instanceof Node ? cast(x, dtype) : scalar(x, dtype), shape);
  });
  return [nodes, rule.result(promoted)];
}

type Operands<P extends unknown[]> = { [I in keyof P]: Operand };
export type ElementwiseFn<F extends Formula> = ((...x: Operands<Parameters<F["f"]>>) => Node) & {
  readonly formula: Formula;
};

/** The op that a formula is of the operands that are given. */
function bindings(
  name: string,
  formula: Formula,
): (operands: readonly (Operand | undefined)[]) => Elementwise {
  const { length } = formula.f;
  const required = Array.from({ length }, (_, i) => i);
  const whole = bind(name, formula, required);
  const others = new Map<string, Elementwise>();
  return (operands) => {
    if (operands.length === length) return whole;
    const places = operands.flatMap((x, i) => (x === undefined ? [] : [i]));
    const op = others.get(places.join()) ?? bind(name, formula, places);
    others.set(places.join(), op);
    return op;
  };
}

/** A formula as a function on nodes: operands are promoted, broadcast and then met element by element. */
export function elementwise<F extends Formula>(name: string, formula: F): ElementwiseFn<F> {
  const { length } = formula.f;
  const rule = typeRules[formula.types ?? "float"];
  const ofIntegers = bindings(name, formula);
  const { require, ...free } = formula as Formula;
  const ofFloats = require?.whole ? bindings(name, free) : ofIntegers;
  const call = (...operands: (Operand | undefined)[]): Node => {
    for (let i = 0; i < Math.max(operands.length, length); i++)
      if (i < length || operands[i] !== undefined) requireOperand(name, operands[i]);
    const given = operands.filter((x) => x !== undefined);
    const known = formula.of?.(...given);
    if (known) return known;
    const [nodes, dtype] = canonical(name, rule, given);
    const op = (isFloat(dtype) ? ofFloats : ofIntegers)(operands);
    if (rule.bits && isFloat(dtype))
      fail("dtype", name, `works on bool and int32, not on ${dtype}. Did you mean x.to("int32")?`);
    return build(op, nodes, (nodes[0] as Node).shape, dtype);
  };
  return Object.assign(call, { formula }) as ElementwiseFn<F>;
}

/** A table of formulas as functions on nodes; the documentation of a row is that of its function. */
export type Formulas<T extends Record<string, Formula>> = { readonly [K in keyof T]: ElementwiseFn<T[K]> };

/** A table of formulas as functions on nodes, each named by its key. */
export function formulas<T extends Record<string, Formula>>(table: T): Formulas<T> {
  const entries = Object.entries(table).map(([name, formula]) => [name, elementwise(name, formula)]);
  return Object.fromEntries(entries) as Formulas<T>;
}

/** How many operands a formula takes, those with a default included. */
export function operandsOf({ f, d, domain }: Formula): number {
  const names = Array.from({ length: f.length }, (_, i) => arg(i));
  return Math.max(f.length, domain?.length ?? 0, d?.(arg(f.length), ...names).length ?? 0);
}

/** The operands of a formula as arguments, from one of them on. */
export function operandArguments(formula: Formula, from = 0): Signature {
  const { operands = ["x", "other"] } = formula;
  const names = Array.from({ length: operandsOf(formula) }, (_, i) => operands[i] ?? `operand${i}`);
  return Object.fromEntries(
    names.map((name, i) => [name, i < formula.f.length ? "operand" : "operand?"] as const).slice(from),
  );
}

/** What the methods of a table take besides the tensor. */
export const formulaArguments = <T extends Record<string, { readonly formula: Formula }>>(
  table: T,
): { readonly [K in keyof T]: Signature } => {
  const entries = Object.entries(table).map(([name, { formula }]) => [name, operandArguments(formula, 1)]);
  return Object.fromEntries(entries) as { readonly [K in keyof T]: Signature };
};
