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
import { Node } from "../graph/node.ts";
import type { Elementwise } from "../graph/op.ts";
import { arg } from "../scalar/expr.ts";
import * as w from "../scalar/primitives.ts";
import { broadcast, range, type Shape } from "../shape.ts";
import { broadcasting } from "./broadcast.ts";
import { type Formula, opsOf, type RowOps, register, type TypeRule } from "./formula.ts";
import { isWeakType, weakDType } from "./placeholder.ts";
import { type Operand, requireOperand } from "./row.ts";
import { scalar } from "./source.ts";

interface TypeAnswer {
  /** The dtype that a tensor and a number agree on. */
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
    if (x instanceof Node && !isWeakType(x)) dtype = dtype ? promote(dtype, x.dtype) : x.dtype;
  const tensors = dtype ?? (operands.every((x) => typeof x === "boolean") ? "bool" : getDefaultDtype());
  let common = tensors;
  for (const x of operands) {
    if (!(x instanceof Node)) common = promote(common, number(tensors, x));
    else if (isWeakType(x))
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

const castFormulas: Record<DType, readonly [string, Formula]> = {
  bool: ["toBool", { f: (x) => w.toBool(x) }],
  int32: ["toInt32", { f: (x) => w.toInt32(x) }],
  float32: ["toFloat32", { f: (x) => w.toFloat32(x), d: () => [1] }],
  float64: ["toFloat64", { f: (x) => w.toFloat64(x), d: () => [1] }],
};

function castOp(dtype: DType): Elementwise {
  const [name, formula] = castFormulas[dtype];
  const ops = opsOf(name, formula);
  register(name, ops);
  return ops([0], dtype);
}

const castOps: Record<DType, Elementwise> = {
  bool: castOp("bool"),
  int32: castOp("int32"),
  float32: castOp("float32"),
  float64: castOp("float64"),
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

/** A formula as a function on nodes, which promote and broadcast; its ops are known by their objects alone. */
export function unregistered<F extends Formula>(name: string, formula: F): ElementwiseFn<F> {
  return applied(name, formula, opsOf(name, formula));
}

/** A formula as a function on nodes, which promote and broadcast; its ops are known by its name. */
export function elementwise<F extends Formula>(name: string, formula: F): ElementwiseFn<F> {
  const ops = opsOf(name, formula);
  register(name, ops);
  return applied(name, formula, ops);
}

function applied<F extends Formula>(name: string, formula: F, ops: RowOps): ElementwiseFn<F> {
  const { length } = formula.f;
  const required = range(length);
  const rule = typeRules[formula.types ?? "float"];
  const call = (...operands: (Operand | undefined)[]): Node => {
    for (let i = 0; i < Math.max(operands.length, length); i++)
      if (i < length || operands[i] !== undefined) requireOperand(name, operands[i]);
    const given = operands.filter((x) => x !== undefined);
    const known = formula.of?.(...given);
    if (known) return known;
    const [nodes, dtype] = canonical(name, rule, given);
    if (rule.bits && isFloat(dtype))
      fail("dtype", name, `works on bool and int32, not on ${dtype}. Did you mean x.to("int32")?`);
    const positions =
      operands.length === length ? required : operands.flatMap((x, i) => (x === undefined ? [] : [i]));
    return build(ops(positions, dtype), nodes, nodes[0]!.shape, dtype);
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
export function operandArguments(formula: Formula, from = 0, count = operandsOf(formula)): Signature {
  const { operands = ["x", "other"] } = formula;
  const names = Array.from({ length: count }, (_, i) => operands[i] ?? `operand${i}`);
  return Object.fromEntries(
    names.map((name, i) => [name, i < formula.f.length ? "operand" : "operand?"] as const).slice(from),
  );
}

/** The arguments of the methods of a table, without the tensor itself. */
export const formulaArguments = <T extends Record<string, { readonly formula: Formula }>>(
  table: T,
): { readonly [K in keyof T]: Signature } => {
  // Rows with a default operand name all of them, so that their derivatives need not be counted.
  const entries = Object.entries(table).map(([name, { formula }]) => [
    name,
    operandArguments(formula, 1, Math.max(formula.f.length, formula.operands?.length ?? 0)),
  ]);
  return Object.fromEntries(entries) as { readonly [K in keyof T]: Signature };
};
