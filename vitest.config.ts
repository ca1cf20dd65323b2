import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { findChromium } from "./test/browser/chromium.ts";

const conditions = (host: string) => ({ resolve: { conditions: ["@chainrule/source", host] } });
const patience = { testTimeout: 60_000, hookTimeout: 60_000 };
/** Verifies every program that lowering makes, after each pass. */
const setupFiles = ["packages/core/test/lower/verify/verified.ts"];

export const node: TestProjectInlineConfiguration = {
  ...conditions("node"),
  ssr: conditions("node"),
  test: {
    ...patience,
    setupFiles,
    name: "node",
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/browser/**"],
  },
};

const browser = (launchOptions: object): TestProjectInlineConfiguration => ({
  ...conditions("browser"),
  // A page without these may not share memory between threads.
  server: {
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
  test: {
    ...patience,
    setupFiles,
    name: "browser",
    include: ["browser", "conformance", "derivation"]
      .map((folder) => `test/${folder}/**/*.test.ts`)
      .concat("test/programs/{compile,relaxed}.test.ts"),
    globalSetup: "test/browser/setup.ts",
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions }),
      instances: [{ browser: "chromium" }],
    },
  },
});

const chromium = await findChromium();

export default defineConfig({ test: { projects: chromium ? [node, browser(chromium)] : [node] } });
