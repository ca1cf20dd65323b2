import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { type Mutant, withMutants } from "./mutate.ts";

interface Loaded {
  readonly contents: string;
  readonly loader: "ts";
}
interface Build {
  onResolve(options: { filter: RegExp }, resolved: (args: { path: string }) => { path: string }): void;
  onLoad(options: { filter: RegExp }, load: (args: { path: string }) => Loaded): void;
}

/** The bundler that builds the packages. */
const { build } = createRequire(createRequire(import.meta.url).resolve("tsup/package.json"))("esbuild") as {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
};

export const root = resolve(import.meta.dirname, "../..");
const here = (file: string): string => join(import.meta.dirname, file);

async function bundled(contents: string, plugins: readonly object[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "es2022",
    conditions: ["@chainrule/source"],
    external: ["expect", "decimal.js", "fast-check"],
    ignoreAnnotations: true,
    logLevel: "error",
    plugins,
  });
  return outputFiles[0]!.text;
}

/** The program of a worker thread. */
export const workerScript = (): Promise<string> => bundled(`import ${JSON.stringify(here("worker.ts"))};`);

/** Tests and all that they import, with every mutant in it. */
export function testScript(
  testFiles: readonly string[],
  mutants: readonly (Mutant & { readonly id: number })[],
): Promise<string> {
  const plugin = {
    name: "mutants",
    setup({ onResolve, onLoad }: Build) {
      onResolve({ filter: /^vitest$/ }, () => ({ path: here("harness.ts") }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path);
        const source = readFileSync(path, "utf8").replaceAll(
          "import.meta.dirname",
          JSON.stringify(dirname(path)),
        );
        const own = mutants.filter((mutant) => mutant.file === file);
        const begun = testFiles.includes(file) ? `currentTestFile.name = ${JSON.stringify(file)};\n` : "";
        return { contents: begun + (own.length > 0 ? withMutants(source, own) : source), loader: "ts" };
      });
    },
  };
  const imports = testFiles.map((file) => `import "./${file}";`).join("\n");
  return bundled(`${imports}\nexport { tests } from ${JSON.stringify(here("harness.ts"))};`, [plugin]);
}
