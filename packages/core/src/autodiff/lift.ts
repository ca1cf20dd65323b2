import type { Node } from "../graph/node.ts";
import { elementwise } from "../ops/apply.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import type { Operand } from "../ops/row.ts";
import { scalar } from "../ops/source.ts";
import { applied, type Expr, type Scalar, subexpressions, toExpr, type Word } from "../scalar/expr.ts";

const rows: Readonly<Record<string, (...x: Operand[]) => Node>> = elementwiseOps;

const bareOps = new Map<Word, (...x: Operand[]) => Node>();

/** A word that has no row of its own has no derivative either: it works on truth values and bits. */
function bare({ name, word }: Expr & { kind: "apply" }): (...x: Operand[]) => Node {
  const known =
    bareOps.get(word) ?? elementwise(name, { f: (...x) => applied(name, word, x), types: "bits" });
  bareOps.set(word, known);
  return known;
}

/**
 * A formula of scalars as a graph over tensors: each word becomes the op of the same name, so that a partial
 * derivative written once as a formula can itself be differentiated, to any order. The last input is the result: a
 * choice between two numbers takes its dtype.
 */
export function lift(formula: Scalar, inputs: readonly Node[]): Operand {
  const root = toExpr(formula);
  const { dtype } = inputs.at(-1) as Node;
  const made = new Map<Expr, Operand>();
  for (const e of subexpressions([root])) {
    if (e.kind === "arg") made.set(e, inputs[e.index] as Node);
    else if (e.kind === "const") made.set(e, e.value);
    else {
      const args = e.args.map((a) => made.get(a) as Operand);
      const open = e.word.result === "branches" && args.slice(1).every((a) => typeof a === "number");
      const operands = open ? args.map((a) => (typeof a === "number" ? scalar(a, dtype) : a)) : args;
      made.set(e, (rows[e.name] ?? bare(e))(...operands));
    }
  }
  return made.get(root) as Operand;
}
