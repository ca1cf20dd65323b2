import type { TestProject } from "vitest/node";
import { printed } from "../examples/run.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The bits that Node makes of each run. */
    node: Record<string, number[]>;
  }
}

export default async function setup({ provide }: TestProject): Promise<void> {
  provide("node", JSON.parse(await printed(["test/browser/print.ts"])));
}
