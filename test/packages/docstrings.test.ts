import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { docstringsOf, examplesOf } from "../examples/docstrings.ts";

interface Export {
  readonly name: string;
  readonly file: string;
}

/** What a file exports: its own declarations and, followed to the files that declare them, its re-exports. */
function exportsOf(file: string): Export[] {
  const source = readFileSync(file, "utf8");
  const own = [
    ...source.matchAll(/^export (?:abstract )?(?:class|const|function\*?|interface|type) ([\p{L}\w]+)/gmu),
  ];
  const others = [...source.matchAll(/^export (?:type )?(\*(?: as \w+)?|\{[^}]*\}) from "(\.[^"]+)";/gm)];
  return [
    ...own.map((found) => ({ name: found[1] as string, file })),
    ...others.flatMap(([, what, from]) => {
      const all = exportsOf(join(dirname(file), from as string));
      const names = what?.match(/[\p{L}\w]+/gu);
      return what?.startsWith("*") ? all : all.filter(({ name }) => names?.includes(name));
    }),
  ];
}

describe.each(["core", "nn", "optim"])("@chainrule/%s", (name) => {
  const exports = exportsOf(`packages/${name}/src/index.ts`);
  const docstringOf = ({ name, file }: Export) => docstringsOf(file).find((one) => one.name === name);

  it("documents every export", () => {
    expect(exports.length).toBeGreaterThan(0);
    expect(exports.filter((one) => !docstringOf(one)).map((one) => one.name)).toEqual([]);
  });

  it.skipIf(name === "core")("shows every class and function in an example", async () => {
    const isValue = ({ name, file }: Export) =>
      new RegExp(`^export (?:abstract )?(?:class|const|function) ${name}\\b`, "m").test(
        readFileSync(file, "utf8"),
      );
    const bare = exports.filter((one) => {
      const docstring = docstringOf(one);
      return isValue(one) && docstring && examplesOf(docstring).length === 0;
    });
    expect(bare.map((one) => one.name)).toEqual([]);
  });
});
