import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";
import type { TestProject } from "vitest/node";
import { printed } from "../examples/run.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The bits that Node makes of each run. */
    node: Record<string, number[]>;
    /** The program that prints them, as a page loads it. */
    bundle: string;
  }
}

const program = "test/browser/print.ts";

/** The program and all that it imports in one minified file. */
async function bundled(): Promise<string> {
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

export default async function setup({ provide }: TestProject): Promise<void> {
  provide("node", JSON.parse(await printed(program)));
  provide("bundle", await bundled());
}
