import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Parameter, Tensor } from "@chainrule/core";
import { methods } from "@chainrule/core/internal";
import { afterAll, beforeAll, expect, it } from "vitest";

const { bin } = createRequire(import.meta.url)("typescript/package.json") as { bin: { tsc: string } };
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), bin.tsc);

/** What editors do not offer, although it is there. */
const unlisted = new Set(["addAt", "maxAlong", "minAlong", "padZeros"]);

let out: string;
let declarations: ReadonlyMap<string, string>;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "declarations-"));
  const { scripts } = JSON.parse(readFileSync("packages/core/package.json", "utf8"));
  const flags = (scripts.build as string).split("tsc ")[1]?.replace("--outDir dist", `--outDir ${out}`) ?? "";
  execFileSync(process.execPath, [tsc, ...flags.split(" ")], { cwd: "packages/core" });
  const files = readdirSync(out, { recursive: true }).map(String);
  declarations = new Map(
    files.filter((f) => f.endsWith(".d.ts")).map((f) => [f, readFileSync(join(out, f), "utf8")]),
  );
});
afterAll(() => rmSync(out, { recursive: true }));

/** Whether a member is declared with a comment before it. */
const isDocumented = (text: string, name: string): boolean =>
  new RegExp(`\\*/\\n\\s+(?:readonly |static |get )*${name}[(:<]`).test(text);

it("every method of a tensor that is a row of a table is published with its documentation", () => {
  const tables = [...declarations].filter(([file]) => /^(ops|tensor)\//.test(file)).map(([, text]) => text);
  const names = Object.keys(methods).filter((name) => !unlisted.has(name));
  expect(names.length).toBeGreaterThan(180);
  expect(names.filter((name) => !tables.some((text) => isDocumented(text, name)))).toEqual([]);
  // A copy of the tables would have lost the comments.
  expect(declarations.get("tensor/methods.d.ts")).toContain("methods: MethodTable;");
});

it("so is every other member of tensors and parameters, and what only the library needs is not", () => {
  const text = ["tensor/tensor.d.ts", "tensor/parameter.d.ts"].map((file) => declarations.get(file)).join();
  const own = (prototype: object) =>
    Object.getOwnPropertyNames(prototype).filter((name) => !(name in methods));
  const names = new Set([...own(Tensor.prototype), ...own(Parameter.prototype)]);
  for (const hidden of ["node", "exchange", "replace"]) {
    expect(text).not.toMatch(new RegExp(`^\\s+(?:protected |get )*${hidden}\\(`, "m"));
    names.delete(hidden);
  }
  names.delete("constructor");
  expect([...names].filter((name) => !isDocumented(text, name))).toEqual([]);
});
