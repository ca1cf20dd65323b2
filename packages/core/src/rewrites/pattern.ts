import { type Compositions, compositions } from "../compositions/table.ts";
import type { Node } from "../graph/node.ts";
import { type Rows, rows } from "../ops/table.ts";

type OpTable = Omit<Rows, "where"> & Compositions;

/** The ops that patterns consist of: those that are methods of tensors. */
export const ops: OpTable = { ...rows, ...compositions };
export type OpName = keyof OpTable;

/** Stands for any float tensor, or for the remaining arguments of a call. */
export interface Variable {
  readonly kind: "variable" | "rest";
  readonly name: string;
}

/** An op of a pattern, applied to terms. */
export interface Call {
  readonly kind: "call";
  readonly op: OpName;
  readonly args: readonly Term[];
}

/** What the variables of a pattern stand for, by name; a rest variable, for arguments. */
export type Bindings = Readonly<Record<string, Node | readonly unknown[]>>;

/** A number that depends on what the variables stand for. */
export interface Computed {
  readonly kind: "computed";
  readonly name: string;
  readonly of: (bindings: Bindings) => number;
}

/** A pattern of expressions; a number stands for itself. Computed numbers occur only in what a rule makes. */
export type Term = Variable | Computed | Call | number;

export const variable = (name: string): Variable => ({ kind: "variable", name });
export const rest = (name: string): Variable => ({ kind: "rest", name });

export const computed = (name: string, of: Computed["of"]): Computed => ({ kind: "computed", name, of });

export const isCall = (term: Term): term is Call => typeof term === "object" && term.kind === "call";

/** Every op as a function that makes a pattern. */
export const calls = Object.fromEntries(
  (Object.keys(ops) as OpName[]).map((op) => [op, (...args: Term[]): Call => ({ kind: "call", op, args })]),
) as { readonly [K in OpName]: (...args: Term[]) => Call };

/** A pattern as text: `log(sigmoid(x))`. */
export function printTerm(term: Term): string {
  if (typeof term === "number") return String(term);
  if (term.kind !== "call") return term.name;
  return `${term.op}(${term.args.map(printTerm).join(", ")})`;
}
