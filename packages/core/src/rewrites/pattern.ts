import { type Compositions, compositions } from "../compositions/table.ts";
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

/** A pattern of expressions; a number stands for itself. */
export type Term = Variable | Call | number;

export const variable = (name: string): Variable => ({ kind: "variable", name });
export const rest = (name: string): Variable => ({ kind: "rest", name });

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
