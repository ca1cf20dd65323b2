import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { format, promisify } from "node:util";
import { afterAll, expect, it, vi } from "vitest";
import { docstringsOf, examplesOf, sources } from "./docstrings.ts";
import { clean, stated } from "./run.ts";

/** The names that the packages export, each with the file to import it from: examples leave the imports out. */
const exported = new Map<string, string>();
for (const entry of ["core/src", "core/src/testing", "nn/src", "optim/src"]) {
  const file = resolve("packages", entry, "index.ts");
  for (const name of Object.keys(await import(file))) exported.set(name, file);
}
const imports = [...exported].map(([name, file]) => `import { ${name} } from "${file}";`).join("\n");

const folder = mkdtempSync(join(tmpdir(), "docstrings-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Each example with the module that it becomes. Its block lets it declare names that the packages export. */
const examples = sources
  .flatMap((file) => docstringsOf(file))
  .flatMap((docstring) =>
    examplesOf(docstring).map((program, i) => {
      const file = join(folder, `${docstring.place.replace(/\W/g, "-")}-${i}.ts`);
      writeFileSync(file, `${imports}\n{\n${program}\n}\n`);
      return { place: docstring.place, program, file };
    }),
  );

/** What a module prints when it is imported. */
async function printedBy(file: string): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values) => {
    lines.push(format(...values));
  });
  try {
    await import(file);
  } finally {
    log.mockRestore();
  }
  return clean(lines.join("\n"));
}

it("docstrings have examples", () => expect(examples.length).toBeGreaterThan(0));

it.each(examples)("the example at $place prints what its comments say", async ({ program, file }) => {
  expect(stated(program), "the example says in comments //=> what it prints").not.toBe("");
  expect(await printedBy(file)).toBe(stated(program));
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
