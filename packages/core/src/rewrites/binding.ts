import type { Node } from "../graph/node.ts";
import { type Bindings, type Call, type OpName, ops, type Term, type Variable } from "./pattern.ts";

/** What a variable stands for. A copy of a node keeps the id of that node, by which equal operands are recognized. */
export type Bound = { readonly node: Node; readonly id: number } | { readonly rest: readonly unknown[] };

/** What the variables of a pattern stand for, in the order in which they occur. */
export type Binding = readonly Bound[];

type AnyOp = (...args: readonly unknown[]) => Node;

/** What the variables stand for, by name. */
export const byName = (names: readonly string[], binding: Binding): Bindings =>
  Object.fromEntries(
    names.map((name, i) => {
      const bound = binding[i]!;
      return [name, "node" in bound ? bound.node : bound.rest];
    }),
  );

/** Calls an op without rewriting. */
export const call = (op: OpName, args: readonly unknown[]): Node => (ops[op] as AnyOp)(...args);

/** What a term stands for; nodes are built without rewriting. */
export function boundOf(term: Variable | Call, names: readonly string[], binding: Binding): Bound {
  if (term.kind !== "call") return binding[names.indexOf(term.name)]!;
  const node = call(term.op, instantiate(term.args, names, binding));
  return { node, id: node.id };
}

/** The arguments that terms stand for. */
export const instantiate = (terms: readonly Term[], names: readonly string[], binding: Binding): unknown[] =>
  terms.flatMap((term): readonly unknown[] => {
    if (typeof term === "number") return [term];
    if (term.kind === "computed") return [term.of(byName(names, binding))];
    const bound = boundOf(term, names, binding);
    return "node" in bound ? [bound.node] : bound.rest;
  });
