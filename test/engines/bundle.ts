import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";

/** A program and all that it imports as one minified script, which every engine can load. */
export async function bundled(program: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "chainrule-"));
  await build({
    entry: { program },
    outDir,
    format: "iife",
    platform: "browser",
    minify: true,
    config: false,
    silent: true,
    noExternal: [/./],
    esbuildOptions(options) {
      options.conditions = ["@chainrule/source"];
    },
  });
  const text = await readFile(join(outDir, "program.global.js"), "utf8");
  await rm(outDir, { recursive: true });
  return text;
}
