import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BuildOptions } from "esbuild";
import { home } from "./peers.ts";

const common: BuildOptions = {
  bundle: true,
  format: "esm",
  target: "es2022",
  conditions: ["@chainrule/source"],
  logLevel: "silent",
};

/** The folder of the bundles: beside the peers, which Node then finds from there. */
const out = join(home, "node_modules", ".bench");

/** Left to Node. TensorFlow.js is bundled: its gradients come as modules that Node alone would take for CommonJS. */
const external = ["@jax-js/*", "js-pytorch"];

/** The globals that the WebAssembly backend of TensorFlow.js expects in Node: `require`, and its own folder, where it looks for its module. */
const banner = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const __dirname = ${JSON.stringify(join(home, "node_modules/@tensorflow/tfjs-backend-wasm/dist"))};`;

async function esbuild(options: BuildOptions) {
  const { build } = await import("esbuild");
  return build({ ...common, ...options });
}

/** A program as plain JavaScript, this library bundled in from its sources. */
export async function bundleProgram(entry: string): Promise<string> {
  const name = entry.replace(/\W/g, "-");
  const outdir = join(out, name);
  const entryPoints = [{ in: join(home, entry), out: "main" }];
  await esbuild({
    entryPoints,
    outdir,
    external,
    platform: "node",
    mainFields: ["module", "main"],
    splitting: true,
    banner: { js: banner },
  });
  return join(outdir, "main.js");
}

/** Bytes that a browser loads for a program: bundled with what it imports, minified and gzipped, and other files. */
export async function bytesOf(entry: string, files: readonly string[]): Promise<number> {
  const { outputFiles = [] } = await esbuild({
    entryPoints: [join(home, entry)],
    write: false,
    minify: true,
    platform: "browser",
    external: ["fs", "module"],
  });
  const contents = [
    ...outputFiles.map((file) => file.contents),
    ...files.map((file) => readFileSync(join(home, "node_modules", file))),
  ];
  return contents.reduce((total, content) => total + gzipSync(content, { level: 9 }).length, 0);
}
