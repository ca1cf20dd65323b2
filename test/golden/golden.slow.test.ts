import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { adapters } from "./adapters/index.ts";
import { readFamilies } from "./case.ts";
import { failureLines, uncoveredCounts } from "./report.ts";
import { runFamily } from "./runner.ts";
import { uncovered } from "./uncovered.ts";

const families = readFamilies(join(import.meta.dirname, "data"));

describe("values, gradients and errors agree with PyTorch's", () => {
  it.each(families)("in $family", { timeout: 60_000 }, (family) => {
    const results = runFamily(family, adapters);
    expect(failureLines(results)).toEqual([]);
    expect(uncoveredCounts(results)).toEqual(uncovered[family.family] ?? {});
    expect(results.length).toBeGreaterThan(0);
  });

  it("every family with uncovered functions has a file of cases", () => {
    expect(families.map(({ family }) => family)).toEqual(expect.arrayContaining(Object.keys(uncovered)));
  });
});
