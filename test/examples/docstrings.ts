import { readdirSync, readFileSync } from "node:fs";

/** A comment `/** … *\/` before a declaration, as the tests read it. */
export interface Docstring {
  /** `packages/core/src/index.ts:12`. */
  readonly place: string;
  /** The name of the export that follows. */
  readonly name: string | undefined;
  /** The name of the member of a class or a table that follows. */
  readonly member: string | undefined;
  /** The text without the stars. */
  readonly text: string;
}

const declaration = /^\s*export (?:abstract )?(?:class|const|function\*?|interface|type) ([\p{L}\w]+)/u;

const member = /^\n {2}(?:(?:async|static|get|override|protected) )*(\w+)[(:<]/;

/** The TypeScript files of the packages. */
export const sources: readonly string[] = readdirSync("packages")
  .flatMap((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true }).map((file) => `packages/${name}/src/${file}`),
  )
  .filter((file) => file.endsWith(".ts"))
  .sort();

/** The docstrings of a file, in order. */
export function docstringsOf(file: string): Docstring[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/\/\*\*([\s\S]*?)\*\//g)].map((found) => ({
    place: `${file}:${source.slice(0, found.index).split("\n").length}`,
    name: declaration.exec(source.slice(found.index + found[0].length))?.[1],
    member: member.exec(source.slice(found.index + found[0].length))?.[1],
    text: (found[1] as string).replace(/^[^\S\n]*\*?[^\S\n]?/gm, "").trim(),
  }));
}

/** The programs behind the tags `@example` of a docstring: each extends to the next tag, or to the end. */
export const examplesOf = ({ text }: Docstring): string[] =>
  text
    .split(/^@(?=\w)/m)
    .filter((section) => /^example\s/.test(section))
    .map((section) => section.slice("example".length).trim());
