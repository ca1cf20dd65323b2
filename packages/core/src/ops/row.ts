import type { Node } from "../graph/node.ts";

/** What an op accepts for a tensor: a node, or a JavaScript scalar that adapts to the others' dtype. */
export type Operand = Node | number | boolean;

/** What the tests call a tensor with: its shape, or what its index tensor may hold. */
export type Sample = readonly unknown[];

/** An op of the table: a function on nodes, and calls that show it — shapes stand for tensors of such a shape. */
export type Row<F> = F & { readonly samples: readonly Sample[] };

/** Enters `f` into the table with sample calls, which the conformance tests run. */
export function row<F extends (...args: never[]) => unknown>(f: F, ...samples: Sample[]): Row<F> {
  return Object.assign(f, { samples });
}
