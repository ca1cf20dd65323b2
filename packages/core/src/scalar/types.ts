import { type DType, isFloat, promote } from "../dtype.ts";
import { apply, constantOf, type Expr, literal, rewrite, subexpressions } from "./expr.ts";
import { toBool, toFloat32, toFloat64, toInt32 } from "./primitives.ts";

type Apply = Expr & { readonly kind: "apply" };

/** The dtypes of expressions, as far as they are known. */
type Types = Pick<ReadonlyMap<Expr, DType>, "get" | "has">;

const isChoice = ({ op }: Apply): boolean => op.result === "branches";

/** Whether the result of an op has the dtype of its operands. */
const preservesDType = ({ op }: Apply): boolean => op.result === "same" || op.result === "branches";

/** Whether an op converts an operand of any dtype to a fixed dtype. */
const converts = (e: Apply): boolean => !preservesDType(e) && e.args.length === 1;

/** The operands that must have one dtype: all but the condition of a choice. */
export const typedOperands = (e: Apply): readonly Expr[] => (isChoice(e) ? e.args.slice(1) : e.args);

/** The dtype that an op computes in: that of its operands or branches; undefined if all of them are weak constants. */
export function operandDType(e: Apply, types: Types): DType | undefined {
  const deciding = typedOperands(e);
  const known = deciding.find((x) => x.kind !== "const" && types.has(x));
  if (known) return types.get(known);
  return deciding.map((x) => (x.kind === "const" ? x.type : undefined)).find((type) => type !== undefined);
}

/** The dtype of an expression, given those of its operands; undefined if weak constants alone decide it. */
export function typeOf(e: Expr, types: Types): DType | undefined {
  if (e.kind === "arg") return types.get(e);
  if (e.kind === "const") return e.type;
  return preservesDType(e) ? operandDType(e, types) : (e.op.result as DType);
}

/** The smallest dtype that represents a weak constant beside integers; infinities saturate in any dtype. */
function dtypeHolding(x: number): DType {
  if (!Number.isFinite(x) || (x | 0) === x) return "bool";
  return Number.isInteger(x) ? "float64" : "float32";
}

/**
 * The dtype that operands of several dtypes and weak constants are converted to: the last of them in promotion order, raised
 * to one that represents the constants and on which the op is defined.
 */
function commonDType(e: Apply, types: Types): DType | undefined {
  const deciding = typedOperands(e);
  const dtypes = deciding.flatMap((x) => (x.kind === "const" ? x.type : types.get(x)) ?? []);
  if (dtypes.length === 0 || converts(e)) return dtypes[0];
  const known = dtypes.reduce(promote);
  const numbers = isFloat(known) ? [] : deciding.flatMap((x) => constantOf(x) ?? []);
  const last = numbers.map(dtypeHolding).reduce(promote, known);
  if (e.op.floatOnly && !isFloat(last)) return "float32";
  return e.op.int && last === "bool" ? "int32" : last;
}

const casts = { bool: toBool, int32: toInt32, float32: toFloat32, float64: toFloat64 };

/** The expression with the operands of each op converted to their common dtype, and the result to `result`. */
function withCasts(root: Expr, leaves: ReadonlyMap<Expr, DType>, result: DType): Expr {
  const types = new Map(leaves);
  const castTo = (x: Expr, dtype: DType): Expr => {
    const type = x.kind === "const" ? x.type : types.get(x);
    return type === undefined || type === dtype ? x : casts[dtype](x);
  };
  const [made] = rewrite([root], new Map([...leaves.keys()].map((x) => [x, x])), (name, op, args) => {
    const e: Apply = { kind: "apply", name, op, args };
    const common = commonDType(e, types) ?? result;
    const operand = (x: Expr, k: number): Expr => castTo(x, isChoice(e) && k === 0 ? "bool" : common);
    const y = apply(name, op, converts(e) ? args : args.map(operand));
    if (y.kind === "apply") types.set(y, preservesDType(e) ? common : (op.result as DType));
    return y;
  });
  return castTo(made!, result);
}

/** Whether an operand of an op has another dtype than the op computes in. */
function needsCast(e: Apply, common: DType | undefined, types: Types): boolean {
  if (converts(e)) return false;
  const [condition] = e.args;
  if (isChoice(e) && (types.get(condition!) ?? "bool") !== "bool") return true;
  return typedOperands(e).some((x) => x.kind !== "const" && types.has(x) && types.get(x) !== common);
}

/**
 * Inserts casts, so that the operands of each op have one dtype: the last of theirs in promotion order. An op on weak constants
 * alone, such as a choice between two numbers, computes in the dtype of the op that reads it; if none decides, in the dtype of
 * the result or, in comparisons, that of the operands.
 */
export function insertCasts(
  root: Expr,
  operands: readonly Expr[],
  dtypes: readonly DType[],
  result: DType,
): Expr {
  const leaves = new Map(operands.map((x, k) => [x, dtypes[k]!]));
  const order = subexpressions([root], new Set(operands)).filter((e) => !leaves.has(e));
  const applications = order.filter((e) => e.kind === "apply");
  const types = new Map(leaves);
  const commonTypes = new Map<Expr, DType | undefined>();
  for (const e of order) {
    const common = e.kind === "apply" ? commonDType(e, types) : undefined;
    commonTypes.set(e, common);
    const type = e.kind !== "apply" || !preservesDType(e) ? typeOf(e, types) : common;
    if (type) types.set(e, type);
  }
  const mixed =
    types.get(root) !== result || applications.some((e) => needsCast(e, commonTypes.get(e), types));
  const weak = applications.some((e) => !commonTypes.get(e));
  if (!weak) return mixed ? withCasts(root, leaves, result) : root;
  const fallback = dtypes.length > 0 ? dtypes.reduce(promote) : result;
  const required = new Map<Expr, DType>([[root, result]]);
  for (const e of [...applications].reverse()) {
    const own = commonTypes.get(e) ?? ((preservesDType(e) && required.get(e)) || fallback);
    e.args.forEach((x, k) => {
      if (!required.has(x)) required.set(x, isChoice(e) && k === 0 ? "bool" : own);
    });
  }
  const replacements = new Map(operands.map((x) => [x, x]));
  for (const e of order)
    if (e.kind === "const" && !e.type) replacements.set(e, literal(e.value, required.get(e)!));
  return withCasts(rewrite([root], replacements)[0]!, leaves, result);
}
