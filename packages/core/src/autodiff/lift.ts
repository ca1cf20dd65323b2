import type { DType } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { elementwise } from "../ops/apply.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import type { Operand } from "../ops/row.ts";
import { constant, scalar } from "../ops/source.ts";
import { apply, type Expr, type Scalar, type ScalarOp, subexpressions, toExpr } from "../scalar/expr.ts";

type Row = (...x: Operand[]) => Node;

const rows: Readonly<Record<string, Row>> = elementwiseOps;

const bareOps = new Map<ScalarOp, Row>();

/** A word that has no row of its own has no derivative either: it works on truth values and bits. */
function bare({ name, word }: Expr & { kind: "apply" }): Row {
  const known = bareOps.get(word) ?? elementwise(name, { f: (...x) => apply(name, word, x), types: "bits" });
  bareOps.set(word, known);
  return known;
}

/** Numbers of a formula as truth values where they meet such. */
const asBits = (args: readonly Operand[]): Operand[] => {
  const truths = args.some((a) => typeof a === "object" && a.dtype === "bool");
  return args.map((a) => (truths && typeof a === "number" ? a !== 0 : a));
};

/** Numbers of a formula in the dtype of its result. */
const asNodes = (args: readonly Operand[], dtype: DType): Operand[] =>
  args.map((a) => {
    if (typeof a !== "number") return a;
    return Number.isFinite(a) && !Object.is(a, -0) ? constant(a, dtype) : scalar(a, dtype);
  });

/** A formula of scalars as one of tensors; the last of them is its result. */
export type Lifted = (inputs: readonly Node[]) => Operand;

/** What a part of a formula comes to, from the tensors that the formula is of and the parts before. */
type Part = (inputs: readonly Node[], parts: readonly Operand[]) => Operand;

/**
 * A formula over tensors: each word becomes the op of the same name, so that a partial derivative written once as a
 * formula can itself be differentiated, to any order.
 */
export function lift(formula: Scalar): Lifted {
  const order = subexpressions([toExpr(formula)]);
  const parts = order.map((e): Part => {
    if (e.kind === "arg") return (inputs) => inputs[e.index] as Node;
    if (e.kind === "const") return () => e.value;
    const row = rows[e.name];
    const places = e.args.map((a) => order.indexOf(a));
    return (inputs, made) => {
      const args = places.map((p) => made[p] as Operand);
      return row ? row(...asNodes(args, (inputs.at(-1) as Node).dtype)) : bare(e)(...asBits(args));
    };
  });
  return (inputs) => {
    const made: Operand[] = [];
    for (const part of parts) made.push(part(inputs, made));
    return made.at(-1) as Operand;
  };
}
