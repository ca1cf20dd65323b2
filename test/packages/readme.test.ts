import { readFileSync } from "node:fs";
import * as nn from "@chainrule/nn";
import * as optim from "@chainrule/optim";
import { describe, expect, it } from "vitest";

const readme = (path: string): string => readFileSync(`packages/${path}/README.md`, "utf8");

/** The names in code marks between a heading and the next. */
function listed(text: string, heading: string): readonly string[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
}

/** The classes of a package that extend another, without those that are only there to be extended. */
const subclasses = (exports: object, base: abstract new (...args: never[]) => unknown): readonly string[] =>
  Object.entries(exports).flatMap(([name, value]) =>
    typeof value === "function" && value.prototype instanceof base && !/^(Layer|LRScheduler)$/.test(name)
      ? [name]
      : [],
  );

const modules = subclasses(nn, nn.Module);
const isLoss = (name: string) => name.endsWith("Loss");

const lists: readonly (readonly [heading: string, path: string, names: readonly string[]])[] = [
  ["Layers", "nn", modules.filter((name) => !isLoss(name))],
  ["Losses", "nn", modules.filter(isLoss)],
  ["Optimizers", "optim", subclasses(optim, optim.Optimizer)],
  ["Schedules", "optim", subclasses(optim, optim.Scheduler)],
];

describe("READMEs", () => {
  it.each(lists)("the section %s of %s names every class of its kind", (heading, path, names) => {
    const found = listed(readme(path), heading);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !found.includes(name))).toEqual([]);
  });

  it.each(lists)("the section %s of %s names nothing that the index lacks", (heading, path) => {
    const exported = new Set([...Object.keys(nn), ...Object.keys(optim), ...Object.keys(nn.functional)]);
    const classes = listed(readme(path), heading).filter((name) => /^[A-Z]\w*[a-z]/.test(name));
    expect(classes.filter((name) => !exported.has(name))).toEqual([]);
  });
});
