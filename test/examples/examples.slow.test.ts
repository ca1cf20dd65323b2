import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setBackend, wasm } from "@chainrule/core";
import { afterEach, expect, it } from "vitest";
import { clean, logged, makeFolder, printed, stated } from "./run.ts";

const examples = readdirSync("examples").filter((name) => /^\d\d-.*\.ts$/.test(name));

it.each(examples)("%s prints what its comments say", { timeout: 120_000 }, async (name) => {
  const file = `examples/${name}`;
  expect(await printed(file)).toBe(stated(readFileSync(file, "utf8")));
});

const pages = [
  "README.md",
  ...readdirSync("packages").map((name) => `packages/${name}/README.md`),
  ...readdirSync("docs").map((name) => `docs/${name}`),
];

const folder = makeFolder();

/** The TypeScript blocks of the pages that a block of text follows. */
const snippets = pages.filter(existsSync).flatMap((page) => {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^```ts\n((?:(?!```).*\n)*)```\n+```text\n((?:(?!```).*\n)*)```$/gm)].map(
    (found) => {
      const place = `${page}:${text.slice(0, found.index).split("\n").length}`;
      const file = join(folder, `${place.replace(/\W/g, "-")}.ts`);
      writeFileSync(file, found[1]!);
      return { place, file, output: found[2]! };
    },
  );
});

// A snippet may choose another backend.
afterEach(() => setBackend(wasm));

it.each(snippets)("$place prints the block of text below it", async ({ file, output }) => {
  expect(await logged(file)).toBe(clean(output));
});
