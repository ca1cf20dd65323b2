import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { Parameter, scalar } from "@chainrule/core";
import { methodArguments, type methods, type Signatures } from "@chainrule/core/internal";
import { describe, expect, it } from "vitest";
import { docstringsOf, examplesOf, sources } from "../examples/docstrings.ts";

const { functions, primitives } = scalar;

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

/** Exports without an example: the tables of scalar ops, which backends read. Their rows are documented one by one. */
const tables = ["primitives", "expandedFunctions", "hostFunctions", "functions"];

describe.each(["core", "core/testing", "nn", "optim", "derive"])("@chainrule/%s", (name) => {
  const [folder, ...rooms] = name.split("/");
  const exports = exportsOf(join(`packages/${folder}/src`, ...rooms, "index.ts"));
  const docstringOf = ({ name, file }: Export) => docstringsOf(file).find((one) => one.name === name);

  it("documents every export", () => {
    expect(exports.length).toBeGreaterThan(0);
    expect(exports.filter((one) => !docstringOf(one)).map((one) => one.name)).toEqual([]);
  });

  it("shows every class and function in an example", () => {
    const isValue = ({ name, file }: Export) =>
      new RegExp(`^export (?:abstract )?(?:class|const|function) ${name}\\b`, "m").test(
        readFileSync(file, "utf8"),
      );
    const bare = exports.filter((one) => {
      const docstring = docstringOf(one);
      return isValue(one) && docstring && examplesOf(docstring).length === 0;
    });
    expect(bare.map((one) => one.name).filter((one) => !tables.includes(one))).toEqual([]);
  });
});

it.each([
  ["primitives", primitives],
  ["functions", functions],
])("scalar.%s documents every row", (file, table) => {
  const documented = docstringsOf(`packages/core/src/scalar/${file}.ts`).map((one) => one.member);
  expect(Object.keys(table).filter((name) => !documented.includes(name))).toEqual([]);
});

describe("the members of tensors and parameters", () => {
  const rooms = ["ops", "compositions", "tensor"].map((room) => `packages/core/src/${room}/`);
  const docstrings = sources
    .filter((file) => rooms.some((room) => file.startsWith(room)))
    .flatMap((file) => docstringsOf(file));
  const internal = docstrings.filter(({ text }) => text.startsWith("@internal")).map((one) => one.member);

  /** Rows of these tables are documented by their formula, or by the row whose other name they are. */
  const formulas = ["ops/elementwise", "compositions/aliases"];
  /** Members for other members and for optimizers. */
  const unlisted = ["addAt", "maxAlong", "minAlong", "padZeros", "consumeGrad"];

  const members = new Set<string>();
  for (let x: object = Parameter.prototype; x !== Object.prototype; x = Object.getPrototypeOf(x))
    for (const name of Object.getOwnPropertyNames(x)) members.add(name);
  for (const name of ["constructor", "contents", ...internal]) if (name) members.delete(name);

  it.each([...members])("%s has a docstring, with its parameters and an example", (name) => {
    const own = docstrings.filter((one) => one.member === name);
    expect(own).not.toEqual([]);
    const isFormula = own.some(({ place }) => formulas.some((file) => place.includes(`/${file}.ts`)));
    if (isFormula || unlisted.includes(name)) return;
    expect(own.flatMap(examplesOf)).not.toEqual([]);
    const signatures: Signatures<typeof methods> = methodArguments;
    const parameters = Object.keys(signatures[name as keyof typeof methods] ?? {});
    const documented = own.map(({ text }) => text.match(/^@param/gm)?.length ?? 0);
    expect(Math.max(...documented)).toBeGreaterThanOrEqual(parameters.length);
  });
});
