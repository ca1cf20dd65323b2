import { type DType, evaluate, type Tensor, tensor } from "@chainrule/core";
import { interpreter, makeInterpreter, withBackend } from "@chainrule/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { drawn, stream } from "../conformance/draw.ts";
import { check } from "./check.ts";

/** Reductions of one tensor over any of its axes, some of what others came to, which is read along the same axes or others. */
interface Case {
  readonly shape: readonly number[];
  readonly steps: readonly {
    readonly word: "sum" | "amax" | "amin";
    readonly axes: number;
    readonly reads: number;
    readonly weighted: boolean;
    readonly turned: boolean;
  }[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  shape: fc.oneof(
    fc.array(fc.constantFrom(1, 2, 3, 5, 9), { minLength: 1, maxLength: 4 }),
    fc.constantFrom<number[][]>([5, 5], [2, 9, 2]),
  ),
  steps: fc.array(
    fc.record({
      word: fc.constantFrom("sum", "amax", "amin"),
      axes: fc.nat({ max: 15 }),
      reads: fc.nat(),
      weighted: fc.boolean(),
      turned: fc.boolean(),
    }),
    { minLength: 2, maxLength: 6 },
  ),
});
function made({ shape, steps }: Case): Tensor[] {
  const next = stream(5);
  const [x, weight] = [drawn(next, shape, "float32"), drawn(next, shape.slice(-1), "float32")];
  /** Long enough to be kept for a row rather than worked out by each of its loops. */
  const formula = x.mul(weight).sub(weight).mul(x);
  const all: Tensor[] = [x, formula];
  const results: Tensor[] = [];
  for (const { word, axes, reads, weighted, turned } of steps) {
    const from = all[reads % all.length] as Tensor;
    const dims = shape.map((_, d) => d).filter((d) => (axes >> d) & 1);
    const result = (weighted ? from.mul(weight) : from)[word](dims);
    results.push(result);
    const kept = shape.map((n, d) => (dims.includes(d) ? 1 : n));
    const fits = turned && shape.every((n, d) => n === shape[shape.length - 1 - d]);
    const spread = result.reshape(fits ? kept.reverse() : kept);
    all.push(weighted ? formula.mul(spread.tanh()) : x.sub(spread));
  }
  return [...results, all.at(-1) as Tensor];
}

eachBackend("reductions over several axes of one tensor", (on) => {
  it("come to the same bits together and alone, and to what the interpreter finds", () => {
    check(cases, { seed: 3, numRuns: 120 }, (c) => {
      on(() => {
        const together = made(c);
        evaluate(...together);
        const truth = withBackend(makeInterpreter({ exact: true }), () => made(c).map((t) => t.data()));
        for (const [k, alone] of made(c).entries()) {
          expect(alone.data()).toEqual(together[k]?.data());
          const scale = 1 + Math.max(...(truth[k] as Float32Array).map(Math.abs));
          for (const [i, v] of alone.data().entries())
            expect(Math.abs(v - (truth[k]?.[i] as number)) / scale).toBeLessThan(1e-5);
        }
      });
    });
  });
});

const special = [0, -0, 1, -1, 2, 0.5, 3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const words = ["sum", "prod", "amax", "amin", "any", "all", "argmax", "argmin"] as const;

/** Many results of few elements each. */
const short = fc.record({
  dtype: fc.constantFrom<DType>("float32", "float64", "int32", "bool"),
  word: fc.constantFrom(...words),
  shape: fc.tuple(...[5, 3, 7, 2, 4].map((n) => fc.integer({ min: 1, max: n }))),
  axes: fc.nat({ max: 31 }),
  keepdim: fc.boolean(),
  picks: fc.array(fc.nat({ max: special.length - 1 }), { minLength: 7, maxLength: 13 }),
  scaled: fc.boolean(),
});

eachBackend("reductions of few elements", (on) => {
  it("are what the interpreter finds, to the bit where that is exact: NaN, infinities and signs of zero included", () => {
    check(short, { seed: 11, numRuns: 200 }, ({ dtype, word, shape, axes, keepdim, picks, scaled }) => {
      const float = dtype === "float32" || dtype === "float64";
      const values = Float64Array.from({ length: 64 * shape.reduce((a, b) => a * b, 1) }, (_, i) => {
        const value = special[picks[i % picks.length] as number] as number;
        return float ? value : Number.isFinite(value) ? Math.trunc(value) : 3;
      });
      const result = () => {
        const x = tensor(values, { shape: [...shape, 64], dtype });
        let elements = 1;
        const dims = shape.flatMap((n, d) => {
          if (!((axes >> d) & 1) || elements * n > 9) return [];
          elements *= n;
          return [d];
        });
        const y = scaled ? x.mul(2) : x;
        if (word === "argmax" || word === "argmin") return y[word](dims[0] ?? 0, { keepdim }).data();
        return y[word](dims, { keepdim }).data();
      };
      expect(on(result)).toEqual(withBackend(interpreter, result));
    });
  });
});
