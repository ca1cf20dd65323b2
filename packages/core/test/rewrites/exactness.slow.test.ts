import type Decimal from "decimal.js";
import { describe, expect, test } from "vitest";
import { printRule } from "../../src/rewrites/rewrite.ts";
import { rules } from "../../src/rewrites/rules.ts";
import { type Float, type Measured, measure, ulps } from "./measure.ts";

/** The difference in units of the truth, or of 1 where the truth is smaller, since derivatives of tails are differences. */
const relative = (x: number, truth: Decimal): number =>
  truth.minus(x).abs().toNumber() / Math.max(1, truth.abs().toNumber());

/** Whether differences found a derivative: at kinks they grow beyond all numbers, and logarithms of negative numbers have none. */
const exists = (truth: Decimal): boolean => truth.abs().lt(1e25);

describe.each(rules.map((rule) => [printRule(rule), rule] as const))("%s", (_, rule) => {
  let measured: readonly Measured[] | undefined;
  const points = () => {
    measured ??= measure(rule);
    return measured;
  };

  test("has the value of the composition, as exact as rounding allows or more exact than as written", () => {
    for (const { x, truth, rewritten, written } of points())
      for (const dtype of ["float32", "float64"] satisfies Float[]) {
        const [error, before] = [rewritten, written].map((jets) => ulps(jets[dtype][0], truth[0]!, dtype));
        expect(error, `at ${x} in ${dtype}`).toBeLessThanOrEqual(Math.max(32, before!));
      }
  });

  test("has its first and second derivative", () => {
    for (const { x, truth, rewritten } of points())
      for (const order of [1, 2] as const)
        if (truth[0]!.isFinite() && exists(truth[order]!))
          expect(
            relative(rewritten.float64[order], truth[order]!),
            `derivative ${order} at ${x}`,
          ).toBeLessThan(1e-9);
  });
});
