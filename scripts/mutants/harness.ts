/** The part of Vitest that tests of mutants use: they are collected, so that some of them can be run. */
import { format } from "node:util";
import { expect as jestExpect } from "expect";

export interface Test {
  readonly file: string;
  readonly title: string;
  /** The places in their lists of the cases of `describe.each` around it. */
  readonly cases: readonly string[];
  readonly run: () => unknown;
}

export const tests: Test[] = [];

let scope: Pick<Test, "title" | "cases"> = { title: "", cases: [] };
declare const currentTestFile: { name: string };

const titled = (title: unknown): string => `${scope.title} ${title}`.trim();

function inside(title: unknown, body: () => void, index?: number): void {
  const outer = scope;
  scope = {
    title: titled(title),
    cases: index === undefined ? outer.cases : [...outer.cases, String(index)],
  };
  body();
  scope = outer;
}

const titleOf = (title: string, row: unknown): string => {
  const values = Array.isArray(row) ? row : [row];
  const count = (title.match(/%[sdoij]/g) ?? []).length;
  const named = title.replace(/\$(\w+)/g, (_, name) => String((row as Record<string, unknown>)[name]));
  return format(named, ...values.slice(0, count));
};

type Body = (...args: unknown[]) => unknown;
const bodyOf = (parts: readonly unknown[]): Body => parts.find((part) => typeof part === "function") as Body;

const each =
  (rows: readonly unknown[]) =>
  (declare: (title: string, body: () => void, index: number) => void) =>
  (title: string, ...parts: readonly unknown[]): void => {
    const body = bodyOf(parts);
    for (const [i, row] of rows.entries())
      declare(titleOf(title, row), () => body(...(Array.isArray(row) ? row : [row])), i);
  };

export const it = Object.assign(
  (title: string, ...parts: readonly unknown[]) => {
    tests.push({ ...scope, file: currentTestFile.name, title: titled(title), run: bodyOf(parts) });
  },
  { each: (rows: readonly unknown[]) => each(rows)((title, body) => it(title, body)) },
);
export const test = it;

export const describe = Object.assign((title: string, body: () => void) => inside(title, body), {
  each: (rows: readonly unknown[]) => each(rows)(inside),
});

export const expect = Object.assign((actual: unknown, _message?: string) => jestExpect(actual), jestExpect, {
  fail(message: string): never {
    throw new Error(message);
  },
});
