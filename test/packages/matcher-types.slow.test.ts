import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../examples/run.ts";

const { bin } = createRequire(import.meta.url)("typescript/package.json") as { bin: { tsc: string } };
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), bin.tsc);

/** The globals of hosts that the sources of core declare for themselves. */
const globals = "packages/core/src/backend/wasm/webassembly.d.ts";

const folder = makeFolder();

const calls = `
expect(x).toBeCloseToTensor([1, 2], { ulp: 1 });
expect(x).not.toBeCloseToTensor(x);
expect((t: Tensor) => t.sum()).toHaveGradient((t: Tensor) => t, [x]);
expect((t: Tensor) => t.exp()).toPassGradcheck([x], { eps: 1e-6 });
expect((t: Tensor) => t.exp()).toPassGradgradcheck([x]);
// @ts-expect-error: an unknown option
expect(x).toBeCloseToTensor(x, { tolerance: 1 });
`;

const setup = `
import { type Tensor, tensor } from "@chainrule/core";
import { matchers } from "@chainrule/core/testing";
const x = tensor([1, 2]);
expect.extend(matchers);
`;

/** How a user of each test runner gets \`expect\` and the types of the matchers. */
const runners: readonly (readonly [name: string, head: string, types: string])[] = [
  [
    "Vitest",
    `import { expect } from "vitest"; import type {} from "@chainrule/core/testing/vitest";`,
    "node",
  ],
  [
    "Jest with @jest/globals",
    `import { expect } from "expect"; import type {} from "@chainrule/core/testing/expect";`,
    "node",
  ],
  ["Jest with @types/jest", `import type {} from "@chainrule/core/testing/jest";`, "node,jest"],
];

it.each(runners)("the matchers are typed in %s", (_, head, types) => {
  const program = join(folder, "program.ts");
  writeFileSync(program, head + setup + calls);
  const flags = `--noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler --target es2022 --lib es2022 --allowImportingTsExtensions --customConditions @chainrule/source --types ${types}`;
  const { stdout } = spawnSync(
    process.execPath,
    [tsc, ...flags.split(" "), "--ignoreConfig", globals, program],
    {
      encoding: "utf8",
    },
  );
  expect(stdout).toBe("");
});
