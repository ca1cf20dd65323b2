import type { TestProject } from "vitest/node";
import { bundled } from "../engines/bundle.ts";
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

export default async function setup({ provide }: TestProject): Promise<void> {
  provide("node", JSON.parse(await printed(program)));
  provide("bundle", await bundled(program));
}
