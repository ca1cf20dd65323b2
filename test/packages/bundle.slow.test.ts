import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";

/** The bundler that builds the packages. */
const { build } = createRequire(createRequire(import.meta.url).resolve("tsup/package.json"))("esbuild") as {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
};

/** A program as a page would load it: bundled with what it imports, and minified. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["@chainrule/source"],
  });
  return (outputFiles[0] as { text: string }).text;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(code: string, env: Record<string, string> = {}): { stdout: string; stderr: string } {
  const file = join(folder, "program.mjs");
  writeFileSync(file, code);
  return spawnSync(process.execPath, [file], { encoding: "utf8", env: { ...process.env, ...env } });
}

/** Programs and the largest size of their bundles: kilobytes after gzip, a few percent above what was measured. */
const programs: readonly (readonly [name: string, kilobytes: number, program: string, prints: string])[] = [
  [
    "an error class, with the default backend that any import brings along",
    94,
    `import { ChainruleError } from "@chainrule/core"; console.log(typeof ChainruleError);`,
    "function",
  ],
  [
    "a first gradient",
    99,
    `import { grad, tensor } from "@chainrule/core";
     const loss = (v) => tensor([[1, 2], [3, -4]]).matmul(v).softplus().mean();
     console.log(grad(loss)(tensor([0, 0])).toArray().join());`,
    "1,-0.5",
  ],
  [
    "a training step",
    111,
    `import { compile, tensor } from "@chainrule/core";
     import { Linear, mseLoss } from "@chainrule/nn";
     import { SGD } from "@chainrule/optim";
     const model = new Linear(1, 1);
     const optimizer = new SGD(model.parameters(), { lr: 0 });
     const step = compile((x, y) => {
       const loss = mseLoss(model.forward(x), y);
       optimizer.zeroGrad();
       loss.backward();
       optimizer.step();
       return loss;
     });
     console.log(Number.isFinite(step(tensor([[1]]), tensor([[2]])).item()));`,
    "true",
  ],
];

it.each(programs)("the bundle of %s has at most %i kB and runs", async (_, kilobytes, program, prints) => {
  const code = await bundled(program);
  const size = gzipSync(code, { level: 9 }).length / 1000;
  expect(run(code).stdout.trim()).toBe(prints);
  expect(size).toBeLessThan(kilobytes);
  expect(size, "the budget has become too large: lower it").toBeGreaterThan(0.9 * kilobytes);
});

/** The sources as one file, as the published package has them. */
async function published(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["packages/core/src/index.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    conditions: ["@chainrule/source"],
  });
  const file = join(folder, "core.js");
  writeFileSync(file, (outputFiles[0] as { text: string }).text);
  return file;
}

it("a bundle without formulas does not hold their parser, of the sources as of the published package", async () => {
  for (const core of ["@chainrule/core", await published()]) {
    const without = await bundled(
      `import { tensor } from "${core}"; console.log(tensor([2]).exp().item() > 7);`,
    );
    const formulas = await bundled(
      `import { formula } from "${core}"; console.log(formula.parse("1 + 1")().item());`,
    );
    expect(without).not.toContain("ends where an operand is expected");
    expect(formulas).toContain("ends where an operand is expected");
    expect(run(formulas).stdout.trim()).toBe("2");
    expect(gzipSync(formulas, { level: 9 }).length - gzipSync(without, { level: 9 }).length).toBeLessThan(
      8000,
    );
  }
});

it("a bundle keeps the side effects that package.json names: CHAINRULE_DEBUG logs the programs that run", async () => {
  const code = await bundled(
    `import { tensor } from "@chainrule/core"; console.log(tensor([2]).exp().sum().item() > 7);`,
  );
  expect(run(code, { CHAINRULE_DEBUG: "1" })).toMatchObject({
    stdout: expect.stringContaining("true"),
    stderr: expect.stringContaining("program of 1 kernel"),
  });
});
