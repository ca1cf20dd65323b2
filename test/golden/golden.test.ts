import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { adapters } from "./adapters/index.ts";
import { readFamilies } from "./case.ts";
import { countTable, failureLines, uncoveredLines } from "./report.ts";
import { type Result, runFamily } from "./runner.ts";

const families = readFamilies(join(import.meta.dirname, "data"));
const results = new Map<string, Result[]>();

describe("values, gradients and errors agree with PyTorch's", () => {
  it.each(families)("in $family", { timeout: 60_000 }, (family) => {
    const list = runFamily(family, adapters);
    results.set(family.family, list);
    expect(failureLines(list)).toEqual([]);
    expect(list.length).toBeGreaterThan(0);
  });

  afterAll(() => {
    console.log(`${countTable(results)}\n\nnot yet covered:\n${uncoveredLines(results).join("\n")}`);
  });
});
