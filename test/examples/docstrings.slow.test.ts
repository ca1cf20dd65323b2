import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { docstringsOf, examplesOf, sources } from "./docstrings.ts";
import { logged, makeFolder, stated } from "./run.ts";

/** The names that the packages export, each with the module to import it from: examples leave the imports out. */
const exported = new Map<string, string>();
for (const name of [
  "@chainrule/core",
  "@chainrule/core/testing",
  "@chainrule/nn",
  "@chainrule/optim",
  "@chainrule/derive",
])
  for (const key of Object.keys(await import(name))) exported.set(key, name);

/** Imports of the exported names that a program mentions. */
const importsOf = (program: string): string =>
  [...exported]
    .filter(([name]) => program.includes(name))
    .map(([name, module]) => `import { ${name} } from "${module}";\n`)
    .join("");

const folder = makeFolder();

/** Each example with the module that it becomes. Its block lets it declare names that the packages export. */
const examples = sources
  .flatMap((file) => docstringsOf(file))
  .flatMap((docstring) =>
    examplesOf(docstring).map((program, i) => {
      const file = join(folder, `${docstring.place.replace(/\W/g, "-")}-${i}.ts`);
      writeFileSync(file, `${importsOf(program)}{\n${program}\n}\n`);
      return { place: docstring.place, program, file };
    }),
  );

it("docstrings have examples", () => expect(examples.length).toBeGreaterThan(0));

it.each(examples)("the example at $place prints what its comments say", async ({ program, file }) => {
  expect(stated(program), "the example says in comments //=> what it prints").not.toBe("");
  expect(await logged(file)).toBe(stated(program));
});

it("the examples of docstrings pass the type checker", async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const config = {
    extends: resolve("tsconfig.base.json"),
    compilerOptions: { types: ["node"], typeRoots: [resolve("node_modules/@types")] },
    include: ["*.ts", resolve("packages/*/src/**/*.d.ts")],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch((error) => error);
  expect(stdout).toBe("");
});
