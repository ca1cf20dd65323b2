import type { Node } from "../graph/node.ts";
import { elementwise } from "../ops/apply.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import type { Operand } from "../ops/row.ts";
import { scalar } from "../ops/source.ts";
import { applied, type Expr, type Scalar, subexpressions, toExpr, type Word } from "../scalar/expr.ts";

type Row = (...x: Operand[]) => Node;

const rows: Readonly<Record<string, Row>> = elementwiseOps;

const bareOps = new Map<Word, Row>();

/** A word that has no row of its own has no derivative either: it works on truth values and bits. */
function bare({ name, word }: Expr & { kind: "apply" }): Row {
  const known =
    bareOps.get(word) ?? elementwise(name, { f: (...x) => applied(name, word, x), types: "bits" });
  bareOps.set(word, known);
  return known;
}

/** A formula of scalars as one of tensors; the last of them is its result. */
export type Lifted = (inputs: readonly Node[]) => Operand;

/** What a part of a formula comes to, from the tensors that the formula is of and the parts before. */
type Part = (inputs: readonly Node[], parts: readonly Operand[]) => Operand;

/**
 * A formula over tensors: each word becomes the op of the same name, so that a partial derivative written once as a
 * formula can itself be differentiated, to any order. A choice between two numbers takes the dtype of the result.
 */
export function lift(formula: Scalar): Lifted {
  const order = subexpressions([toExpr(formula)]);
  const parts = order.map((e): Part => {
    if (e.kind === "arg") return (inputs) => inputs[e.index] as Node;
    if (e.kind === "const") return () => e.value;
    const row = rows[e.name] ?? bare(e);
    const places = e.args.map((a) => order.indexOf(a));
    const choice = e.word.result === "branches";
    return (inputs, made) => {
      const args = places.map((p) => made[p] as Operand);
      const open = choice && args.slice(1).every((a) => typeof a === "number");
      const { dtype } = inputs.at(-1) as Node;
      return row(...(open ? args.map((a) => (typeof a === "number" ? scalar(a, dtype) : a)) : args));
    };
  });
  return (inputs) => {
    const made: Operand[] = [];
    for (const part of parts) made.push(part(inputs, made));
    return made.at(-1) as Operand;
  };
}
