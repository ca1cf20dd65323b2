import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { clean, printed, stated } from "./run.ts";

const timeout = 120_000;

const examples = readdirSync("examples").filter((name) => /^\d\d-.*\.ts$/.test(name));

it.each(examples)("%s prints what its comments say", { timeout }, async (name) => {
  const file = `examples/${name}`;
  expect(await printed([file])).toBe(stated(readFileSync(file, "utf8")));
});

const pages = [
  "README.md",
  ...readdirSync("packages").map((name) => `packages/${name}/README.md`),
  ...readdirSync("docs").map((name) => `docs/${name}`),
];

/** The TypeScript blocks of the pages that a block of text follows. */
const snippets = pages.filter(existsSync).flatMap((file) => {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^```ts\n((?:(?!```).*\n)*)```\n+```text\n((?:(?!```).*\n)*)```$/gm)].map(
    (found) => ({
      place: `${file}:${text.slice(0, found.index).split("\n").length}`,
      program: found[1] as string,
      output: found[2] as string,
    }),
  );
});

it.each(snippets)("$place prints what stands below it", { timeout }, async ({ program, output }) => {
  expect(await printed(["--input-type=module", "--eval", program])).toBe(clean(output));
});
