import type { Node } from "@chainrule/core/internal";
import { exactTensors } from "../algebra/exact.ts";
import { someAtom } from "../algebra/rewrite.ts";
import { rename, renaming } from "../algebra/sum.ts";
import type { Index, Letters, Rational } from "../algebra/term.ts";
import { Axes } from "./axes.ts";
import { Reader, type Scope } from "./express.ts";
import type { Trace } from "./trace.ts";

/** A named tensor of the page. */
export interface Variable {
  readonly name: string;
  readonly node: Node;
  /** The letters of its axes in its definition. */
  readonly letters: Letters;
  /** What it is made of; arguments have no definition. */
  readonly definition: Rational | undefined;
  /** Whether the name was found, not given. */
  readonly found: boolean;
}

/** The named tensors of a function, from its arguments to its loss, each defined by those before. */
export interface Model {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly loss: Variable;
  readonly axes: Axes;
  readonly scope: Scope;
}

/** The letters of a variable's axes. */
export const indicesOf = ({ letters }: Variable): Index[] => letters.filter((i) => i !== undefined);

/** The definition of a variable at other letters. */
export function definitionAt(v: Variable, at: readonly Index[]): Rational | undefined {
  return v.definition && rename(v.definition, renaming(indicesOf(v), at));
}

export const mentions = (x: Rational, name: string): boolean =>
  someAtom(x, (atom) =>
    atom.kind === "opaque" ? atom.depends.includes(name) : atom.kind === "symbol" && atom.name === name,
  );

/** Defines every named node in terms of the others. */
export function modelOf({ args, results }: Trace, found: ReadonlyMap<string, Node> = new Map()): Model {
  const axes = new Axes();
  const names = new Map<Node, string>();
  for (const group of [args, results, found])
    for (const [name, node] of group) if (!names.has(node)) names.set(node, name);
  const scope: Scope = { names, axes, opaque: new Map() };
  const reader = new Reader(exactTensors, scope);
  const ordered = [...names].sort(([a], [b]) => a.id - b.id);
  const isArgument = (node: Node) => [...args.values()].includes(node);
  const variable = ([node, name]: readonly [Node, string]): [string, Variable] => {
    const letters = axes.letters(name, node.shape);
    const definition = isArgument(node) ? undefined : reader.define(node, letters);
    return [name, { name, node, letters, definition, found: found.get(name) === node }];
  };
  // The first definitions find out which axes are the same; the second use it.
  ordered.forEach(variable);
  const variables = new Map(ordered.map(variable));
  const [lossNode] = results.values();
  return { variables, loss: variables.get(names.get(lossNode!)!)!, axes, scope };
}

/** The variables in the definition of another. */
export const neighbours = ({ variables }: Model, u: Variable): Variable[] =>
  [...variables.values()].filter((v) => u.definition && v !== u && mentions(u.definition, v.name));

/** Whether a variable depends on another, or is it. */
export const dependsOn = (model: Model, u: Variable, v: Variable): boolean =>
  u === v || neighbours(model, u).some((w) => dependsOn(model, w, v));
