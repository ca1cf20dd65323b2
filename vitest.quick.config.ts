/** The tests of `test:quick`: files that are not named slow, in Node, which share modules to start faster. */
import { defineConfig } from "vitest/config";
import { node } from "./vitest.config.ts";

export default defineConfig({
  ...node,
  test: {
    ...node.test,
    isolate: false,
    exclude: [...(node.test?.exclude ?? []), "**/*.slow.test.ts"],
  },
});
