import { describe } from "../arguments.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";

/** What an op accepts for a tensor: a node, or a JavaScript scalar that adapts to the others' dtype. */
export type Operand = Node | number | boolean;

const throwOperandType = (op: string, x: unknown, expected: string): never =>
  fail("dtype", op, `takes ${expected}, and was given ${describe(x)}. Did you mean tensor(…)?`);

/** Throws where an operand, which types cannot vouch for in JavaScript, is no tensor. */
export function requireNode(op: string, x: unknown): void {
  if (!(x instanceof Node)) throwOperandType(op, x, "a tensor");
}

/** Throws where an operand is neither tensor nor scalar. */
export function requireOperand(op: string, x: unknown): void {
  if (!(x instanceof Node) && typeof x !== "number" && typeof x !== "boolean")
    throwOperandType(op, x, "a tensor or a number");
}

/** What the tests call a tensor with: its shape, or what its index tensor may hold. */
export type Sample = readonly unknown[];

/** An op of the table: a function on nodes, and calls that show it — shapes stand for tensors of such a shape. */
export type Row<F> = F & { readonly samples: readonly Sample[] };

/** Enters `f` into the table with sample calls, which the conformance tests run. */
export function row<F extends (...args: never[]) => unknown>(f: F, ...samples: Sample[]): Row<F> {
  return Object.assign(f, { samples });
}
