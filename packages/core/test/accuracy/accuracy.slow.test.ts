import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { computed, type ErrorTable, errorsOf, rowNames } from "./measure.ts";
import { goal, misses } from "./misses.ts";

/** The worst errors that `npx -y pnpm@12 accuracy` found. */
const found: ErrorTable = JSON.parse(readFileSync(new URL("./worst.json", import.meta.url), "utf8"));

describe.each(rowNames)("%s", (name) => {
  it.each(["float32", "float64"] as const)("errs by at most as much as the report says, in %s", (type) => {
    const [errors] = errorsOf(name, type, 90, [computed]);
    const [value, derivative] = found[name][type];
    expect(errors![0].error, `value at ${errors![0].at}`).toBeLessThanOrEqual(value);
    expect(errors![1].error, `derivative at ${errors![1].at}`).toBeLessThanOrEqual(derivative);
  });

  it(name in misses ? "misses the goal for a stated reason" : "meets the goal", () => {
    const { float32, float64 } = found[name];
    const meets =
      Math.max(float32[0], float64[0]) <= goal.value && Math.max(float32[1], float64[1]) <= goal.derivative;
    expect(meets).toBe(!(name in misses));
  });
});
