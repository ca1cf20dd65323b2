import { readFileSync } from "node:fs";
import { mutantsOf } from "./operators.ts";
import { childrenOf, declaredName, isSyntax, parse, type Syntax } from "./syntax.ts";
import type { Target } from "./targets.ts";

/** A program with one expression changed. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** The names of the tests that see it: the rows of the table in which it is used. Empty for all tests. */
  readonly rows: readonly string[];
  readonly before: string;
  readonly after: string;
  readonly start: number;
  readonly end: number;
}

interface Region {
  readonly node: Syntax;
  readonly rows: readonly string[];
}

const unwrapped = (node: Syntax): Syntax =>
  node.type.startsWith("TS") ? unwrapped(node.expression as Syntax) : node;

/** The variables, functions and classes of a file. */
const declarations = (program: Syntax): readonly Syntax[] =>
  (program.body as readonly Syntax[])
    .map((node) => (isSyntax(node.declaration) ? node.declaration : node))
    .flatMap((node) =>
      node.type === "VariableDeclaration" ? (node.declarations as readonly Syntax[]) : [node],
    )
    .filter(
      ({ type }) =>
        type === "VariableDeclarator" || type === "FunctionDeclaration" || type === "ClassDeclaration",
    );

/** The outermost descendants whose declared name is in the list. */
function named(node: Syntax, names: readonly string[]): readonly Syntax[] {
  if (names.includes(declaredName(node) ?? "")) return [node];
  return childrenOf(node).flatMap((child) => named(child, names));
}

/** The parts of a file that are mutated, each with the rows that it is a part of. */
function regionsOf(program: Syntax, text: (node: Syntax) => string, target: Target): readonly Region[] {
  const all = declarations(program);
  const parts = (node: Syntax): readonly Syntax[] => (target.within ? named(node, target.within) : [node]);
  if (target.rows === "class") {
    const classes = all.filter(({ type }) => type === "ClassDeclaration").map((node) => declaredName(node)!);
    return all.flatMap(parts).map((node) => ({ node, rows: classes }));
  }
  const table = all.find((node) => target.rows !== undefined && declaredName(node) === target.rows);
  if (!table) return all.flatMap(parts).map((node) => ({ node, rows: [] }));
  const body = unwrapped(table.init as Syntax);
  const rows = ((body.properties ?? body.elements) as readonly Syntax[]).map((node, i) => ({
    name: declaredName(node) ?? String(i),
    node,
  }));
  const mutated = rows.filter(({ node }) => !target.only || named(node, [target.only]).length > 0);
  const uses = (node: Syntax, name: string) => new RegExp(`(?<![\\w.])${name}\\b`).test(text(node));
  const others = all.filter((node) => node !== table);
  const usersOf = (helper: Syntax): readonly string[] => {
    const name = declaredName(helper)!;
    const helpers = others.filter((node) => node !== helper && uses(node, name));
    return [
      ...rows.filter(({ node }) => uses(node, name)).map((row) => row.name),
      ...helpers.flatMap(usersOf),
    ];
  };
  return [
    ...mutated.flatMap(({ name, node }) => parts(node).map((part) => ({ node: part, rows: [name] }))),
    ...others
      .filter((node) => declaredName(node) && isSyntax(node.init ?? node.body))
      .map((node) => ({ node, rows: [...new Set(usersOf(node))] })),
  ];
}

/** Expressions that are not changed: places in lists, messages, names and parameters of tests. */
const isFixed = (node: Syntax, parent: Syntax): boolean =>
  (parent.type === "MemberExpression" && node === parent.property) ||
  (parent.type === "Property" && node === parent.key) ||
  (parent.type === "CallExpression" && ["axis", "fail"].includes(String((parent.callee as Syntax).name))) ||
  node.type === "ImportDeclaration" ||
  node.type.endsWith("Pattern");

/** The mutants of a file. */
export function mutantsOfFile(file: string, target: Target): readonly Mutant[] {
  const source = readFileSync(file, "utf8");
  const text = ({ start, end }: Syntax) => source.slice(start, end);
  const knows = (word: string) => new RegExp(`\\b${word}\\b`).test(source);
  const program = parse(source, file);
  const made: Mutant[] = [];
  /** `chain` is the optional chain whose links the node is one of: it is replaced as a whole, since it ends early as a whole. */
  const visit = (node: Syntax, rows: readonly string[], chain?: Syntax): void => {
    for (const replacement of mutantsOf(node, text)) {
      const name = /^(?:\w+\.)?(\w+)\(/.exec(replacement)?.[1];
      if (replacement === text(node) || (name && !replacement.includes(".") && !knows(name))) continue;
      const { start, end } = chain ?? node;
      const after = source.slice(start, node.start) + replacement + source.slice(node.end, end);
      const line = source.slice(0, node.start).split("\n").length;
      made.push({ file, line, rows, before: source.slice(start, end), after, start, end });
    }
    const whole = node.type === "ChainExpression" ? node : chain;
    for (const child of childrenOf(node).filter((c) => !isFixed(c, node)))
      visit(child, rows, [node.expression, node.callee, node.object].includes(child) ? whole : undefined);
  };
  for (const { node, rows } of regionsOf(program, text, target)) {
    const initial =
      node.type === "VariableDeclarator" || node.type === "Property" ? (node.init ?? node.value) : node;
    if (isSyntax(initial)) visit(initial, rows);
  }
  return made;
}

/** A file that contains its mutants: `activeMutant` chooses the one whose expression is evaluated. */
export function withMutants(source: string, mutants: readonly (Mutant & { readonly id: number })[]): string {
  const inside = (from: number, to: number): string => {
    let [text, at] = ["", from];
    const within = mutants.filter(
      ({ start, end }) => start >= from && end <= to && !(start === from && end === to),
    );
    const outermost = within
      .filter(
        (m) => !within.some((o) => o.start <= m.start && o.end >= m.end && o.end - o.start > m.end - m.start),
      )
      .sort((a, b) => a.start - b.start);
    for (const { start, end } of outermost) {
      if (start < at) continue;
      const cases = mutants.filter((m) => m.start === start && m.end === end);
      text += source.slice(at, start);
      text += `(${cases.map(({ id, after }) => `activeMutant === ${id} ? (${after}) : `).join("")}(${inside(start, end)}))`;
      at = end;
    }
    return text + source.slice(at, to);
  };
  return inside(0, source.length);
}
