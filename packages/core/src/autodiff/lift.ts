import type { DType } from "../dtype.ts";
import { Node } from "../graph/node.ts";
import { cast, elementwise } from "../ops/apply.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import type { Operand } from "../ops/row.ts";
import { constant, scalar } from "../ops/source.ts";
import { type Expr, type Scalar, subexpressions, toExpr } from "../scalar/expr.ts";
import type { functions } from "../scalar/functions.ts";
import { exponent, type primitives, scalb, significand } from "../scalar/primitives.ts";

/** The ops that formulas are written with: primitives, and the functions beyond them. */
type ScalarName = keyof typeof primitives | keyof typeof functions;

type TensorOp = (...x: Operand[]) => Node;

const castTo =
  (dtype: DType): TensorOp =>
  (x) =>
    x instanceof Node ? cast(x, dtype) : scalar(x!, dtype);

const { bitwiseAnd, bitwiseOr, bitwiseXor } = elementwiseOps;
const { bitwiseLeftShift, bitwiseRightShift, bitwiseRightShiftLogical } = elementwiseOps;

/** The ops of primitives that work on bits: numbers beside bool operands are bool. */
const bitOps = {
  and: bitwiseAnd,
  or: bitwiseOr,
  xor: bitwiseXor,
  shiftLeft: bitwiseLeftShift,
  shiftRight: bitwiseRightShift,
  shiftRightLogical: bitwiseRightShiftLogical,
} as const;

/** The op of every other primitive and function. One without an op is a type error here. */
const realOps: { readonly [K in Exclude<ScalarName, keyof typeof bitOps>]: TensorOp } = {
  ...elementwiseOps,
  scalb: elementwise("scalb", { f: (x, k) => scalb(x, k) }),
  exponent: elementwise("exponent", { f: (x) => exponent(x) }),
  significand: elementwise("significand", { f: (x) => significand(x) }),
  toBool: castTo("bool"),
  toInt32: castTo("int32"),
  toFloat32: castTo("float32"),
  toFloat64: castTo("float64"),
};

/** Numbers of a formula as bools where they meet such. */
const numbersAsBools = (args: readonly Operand[]): Operand[] => {
  const isBool = args.some((a) => typeof a === "object" && a.dtype === "bool");
  return args.map((a) => (isBool && typeof a === "number" ? a !== 0 : a));
};

/** Numbers of a formula in the dtype of its result. */
const numbersAsNodes = (args: readonly Operand[], dtype: DType): Operand[] =>
  args.map((a) => {
    if (typeof a !== "number") return a;
    return Number.isFinite(a) && !Object.is(a, -0) ? constant(a, dtype) : scalar(a, dtype);
  });

const isBitOp = (name: string): name is keyof typeof bitOps => Object.hasOwn(bitOps, name);

/** One primitive or function over tensors, in a formula whose result has a dtype. */
function applyOp({ name }: Expr & { kind: "apply" }, args: readonly Operand[], dtype: DType): Node {
  if (isBitOp(name)) return (bitOps[name] as TensorOp)(...numbersAsBools(args));
  return realOps[name as keyof typeof realOps](...numbersAsNodes(args, dtype));
}

/** A formula of scalars as one of tensors; the last of them is its result. */
export type Lifted = (inputs: readonly Node[]) => Operand;

/** The value of a subexpression, given the tensors that the formula is of and the values of those before. */
type Step = (inputs: readonly Node[], values: readonly Operand[]) => Operand;

/**
 * A formula over tensors: each primitive becomes an op, so that a partial derivative that is written once as a formula can
 * itself be differentiated, to any order.
 */
export function lift(formula: Scalar): Lifted {
  const order = subexpressions([toExpr(formula)]);
  const steps = order.map((e): Step => {
    if (e.kind === "arg") return (inputs) => inputs[e.index]!;
    if (e.kind === "const") return () => e.value;
    const operands = e.args.map((a) => order.indexOf(a));
    return (inputs, values) =>
      applyOp(
        e,
        operands.map((i) => values[i]!),
        inputs.at(-1)!.dtype,
      );
  });
  return (inputs) => {
    const values: Operand[] = [];
    for (const step of steps) values.push(step(inputs, values));
    return values.at(-1)!;
  };
}
