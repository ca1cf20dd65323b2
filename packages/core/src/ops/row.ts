import { describe } from "../arguments.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";

/** An operand of an op: a node, or a JavaScript scalar, which adapts to the dtype of the others. */
export type Operand = Node | number | boolean;

const throwOperandType = (op: string, x: unknown, expected: string): never =>
  fail("dtype", op, `takes ${expected}, and was given ${describe(x)}. Did you mean tensor(…)?`);

/** Throws if an operand is not a tensor: in JavaScript, types do not prove that. */
export function requireNode(op: string, x: unknown): void {
  if (!(x instanceof Node)) throwOperandType(op, x, "a tensor");
}

/** Throws where an operand is neither tensor nor scalar. */
export function requireOperand(op: string, x: unknown): void {
  if (!(x instanceof Node) && typeof x !== "number" && typeof x !== "boolean")
    throwOperandType(op, x, "a tensor or a number");
}

/** The arguments of a call that the tests make: a shape stands for a tensor, `{ index, below }` for an index tensor. */
export type Sample = readonly unknown[];

/** An op of the table: a function on nodes with sample calls. */
export type Row<F> = F & { readonly samples: readonly Sample[] };

/** Enters `f` into the table with sample calls, which the conformance tests run. */
export function row<F extends (...args: never[]) => unknown>(f: F, ...samples: Sample[]): Row<F> {
  return Object.assign(f, { samples });
}
