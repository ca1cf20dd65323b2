import { parseAst } from "vitest/node";

/** A node of a syntax tree, with its place in the text. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export const parse = (text: string, file: string): Syntax =>
  parseAst(text, { lang: "ts" }, file) as unknown as Syntax;

export const isSyntax = (x: unknown): x is Syntax => typeof x === "object" && x !== null && "type" in x;

/** The direct children of a node; those that are types are left out. */
export const childrenOf = (node: Syntax): readonly Syntax[] =>
  Object.values(node)
    .flat()
    .filter(isSyntax)
    .filter(({ type }) => !type.startsWith("TS") || /^TS(As|Satisfies|NonNull)/.test(type));

/** The name that a property, a variable, a function or a method is declared with. */
export function declaredName({ type, key, id }: Syntax): string | undefined {
  const name = type === "Property" || type === "MethodDefinition" ? key : id;
  return isSyntax(name) && name.type === "Identifier" ? String(name.name) : undefined;
}
