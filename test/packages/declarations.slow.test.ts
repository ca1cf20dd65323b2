import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Cell, Parameter, Tensor } from "@chainrule/core";
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

/** A program that uses what is published, and calls that its types must refuse. */
const program = `
import { Tensor, randn, zeros } from "./index.ts";
const x = randn(2, 3);
const y: Tensor = x.reshape(3, 2).permute(1, 0).flip(0, 1).expand(4, 2, 3).view([4, 6]).add(zeros(6));
// @ts-expect-error
y.add(1, 2, 3);
// @ts-expect-error
y.sigmoid(1, 2);
// @ts-expect-error
y.clamp(0, 1, 2);
// @ts-expect-error
y.matmul(2, 2);
// @ts-expect-error
y.node;
`;

/** Whether a member is declared with a comment before it. */
const isDocumented = (text: string, name: string): boolean =>
  new RegExp(`\\*/\\n\\s+(?:readonly |static |get )*${name}[(:<]`).test(text);

it("every method of a tensor that is a row of a table is published with its documentation", () => {
  const tables = [...declarations]
    .filter(([file]) => /^(ops|compositions|tensor)\//.test(file))
    .map(([, text]) => text);
  const names = Object.keys(methods).filter((name) => !unlisted.has(name));
  expect(names.length).toBeGreaterThan(180);
  expect(names.filter((name) => !tables.some((text) => isDocumented(text, name)))).toEqual([]);
  // A copy of the tables would have lost the comments.
  expect(declarations.get("tensor/methods.d.ts")).toContain("methods: MethodTable;");
});

it("so is every other member of tensors and parameters, and what only the library needs is not", () => {
  const text = ["reading", "tensor", "cell"].map((file) => declarations.get(`tensor/${file}.d.ts`)!).join();
  const own = (prototype: object) =>
    Object.getOwnPropertyNames(prototype).filter((name) => !(name in methods));
  const classes = [Object.getPrototypeOf(Tensor), Tensor, Cell, Parameter];
  const names = new Set(classes.flatMap(({ prototype }) => own(prototype)));
  for (const hidden of ["node", "compute", "replace"]) {
    expect(text).not.toMatch(new RegExp(`^\\s+(?:protected |get )*${hidden}\\(`, "m"));
    names.delete(hidden);
  }
  names.delete("constructor");
  expect([...names].filter((name) => !isDocumented(text, name))).toEqual([]);
});

it("what is published compiles where declarations of libraries are checked, and sizes come one by one only where they may", () => {
  writeFileSync(join(out, "program.ts"), program);
  const entries = ["index.d.ts", "testing/index.d.ts", "internal/index.d.ts", "program.ts"];
  const flags =
    "--noEmit --strict --skipLibCheck false --module nodenext --target es2023 --allowImportingTsExtensions --types";
  const { stdout } = spawnSync(process.execPath, [tsc, ...flags.split(" "), "", ...entries], {
    cwd: out,
    encoding: "utf8",
  });
  expect(stdout).toBe("");
});

/** What the type checker does for a first gradient: counts, which are the same on every machine. */
const counts = (program: string): Readonly<Record<string, number>> => {
  writeFileSync(join(out, "counted.ts"), program);
  const flags =
    "--noEmit --strict --skipLibCheck --singleThreaded --extendedDiagnostics --module nodenext --target es2023";
  const args = [...flags.split(" "), "--allowImportingTsExtensions", "--types", "", "counted.ts"];
  const { stdout } = spawnSync(process.execPath, [tsc, ...args], { cwd: out, encoding: "utf8" });
  expect(stdout).not.toContain("error");
  return Object.fromEntries(
    [...stdout.matchAll(/^(\w+):\s+(\d+)$/gm)].map(([, name, n]) => [name, Number(n)]),
  );
};

it("a first gradient costs the type checker few types and instantiations beyond an empty program", () => {
  const program = `
import { grad, type Tensor, tensor } from "./index.ts";
export const slope = grad((w: Tensor) => tensor([1, 2]).mul(w).softplus().mean())(tensor([3, 4])).toArray();
`;
  const [used, empty] = [counts(program), counts("export {};")];
  const cost = (name: string) => (used[name] ?? 0) - (empty[name] ?? 0);
  expect(cost("Types")).toBeLessThan(900);
  expect(cost("Instantiations")).toBeLessThan(1600);
});
