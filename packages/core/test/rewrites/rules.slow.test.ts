/**
 * The proof of every rule: value and two derivatives, in both dtypes, against arithmetic of 240 digits. A rewrite is nowhere
 * worse than the composition as it is written, and somewhere it keeps at least half of the digits that this one loses.
 */
import { describe, expect, test } from "vitest";
import { printRule } from "../../src/rewrites/rewrite.ts";
import { type Rule, rules } from "../../src/rewrites/rules.ts";
import { type Float, type Measured, measure, ulps } from "./measure.ts";

const dtypes = ["float32", "float64"] as const;
const orders = ["value", "first derivative", "second derivative"] as const;

/** Errors in ulp that rounding makes in sums of a few terms. */
const bounds = { value: 4, "first derivative": 16, "second derivative": 32 } as const;

/** The derivative y·(δ − y) of softmax cancels as y → 1, in the row more than in some compositions: 64 times as much is allowed. */
const cancelling: ReadonlySet<Rule["to"]> = new Set(
  rules.map(({ to }) => to).filter((to) => "op" in to && to.op === "softmax"),
);

/** Half of the digits of a dtype, in ulp. */
const half = { float32: 2 ** 12, float64: 2 ** 26 } as const;

const errorsOf = ({ truth, rewritten, written }: Measured, dtype: Float, order: number) => ({
  rewritten: ulps(rewritten[dtype][order]!, truth[order]!, dtype),
  written: ulps(written[dtype][order]!, truth[order]!, dtype),
});

describe.each(rules.map((rule) => [printRule(rule), rule] as const))("%s", (_, rule) => {
  const measured = measure(rule);
  const smooth = measured.filter(({ truth }) => truth.every((t) => t.isFinite()));

  test("is NaN where the composition is not defined", () => {
    for (const { x, truth, rewritten } of measured)
      if (Math.abs(x) < 100 && truth[0]!.isNaN())
        for (const dtype of dtypes) expect([x, rewritten[dtype][0]]).toEqual([x, Number.NaN]);
  });

  test.each(orders)("has a %s that is exact, or as good as that of the composition as written", (order) => {
    const k = orders.indexOf(order);
    const factor = cancelling.has(rule.to) ? 64 : 1;
    for (const point of smooth)
      for (const dtype of dtypes) {
        const { rewritten, written } = errorsOf(point, dtype, k);
        expect(rewritten, `${dtype} at ${point.x}`).toBeLessThanOrEqual(
          factor * Math.max(bounds[order], 2 * written),
        );
      }
  });

  test("keeps digits that the composition as written loses", () => {
    const gains = smooth.flatMap((point) =>
      dtypes.flatMap((dtype) =>
        orders.map((_, k) => {
          const { rewritten, written } = errorsOf(point, dtype, k);
          return rewritten < half[dtype] && written >= half[dtype];
        }),
      ),
    );
    expect(gains).toContain(true);
  });
});
