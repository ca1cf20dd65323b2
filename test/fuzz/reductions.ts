import { type DType, type Tensor, tensor } from "@chainrule/core";
import fc from "fast-check";
import { drawn, stream } from "../conformance/draw.ts";

/** Reductions of one tensor over any of its axes; some reduce the results of others, along the same axes or others. */
interface Reductions {
  readonly shape: readonly number[];
  readonly steps: readonly {
    readonly word: "sum" | "amax" | "amin";
    readonly axes: number;
    readonly reads: number;
    readonly weighted: boolean;
    readonly turned: boolean;
  }[];
}

export const reductions: fc.Arbitrary<Reductions> = fc.record({
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

export function reduced({ shape, steps }: Reductions): Tensor[] {
  const next = stream(5);
  const [x, weight] = [drawn(next, shape, "float32"), drawn(next, shape.slice(-1), "float32")];
  // Long enough to be kept in a row buffer rather than recomputed by each loop of the row.
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

const special = [0, -0, 1, -1, 2, 0.5, 3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const words = ["sum", "prod", "amax", "amin", "any", "all", "argmax", "argmin"] as const;

interface ShortReduction {
  readonly dtype: DType;
  readonly word: (typeof words)[number];
  readonly shape: readonly number[];
  readonly axes: number;
  readonly keepdim: boolean;
  readonly picks: readonly number[];
  readonly scaled: boolean;
}

/** A reduction with many results of few elements each. */
export const shortReductions: fc.Arbitrary<ShortReduction> = fc.record({
  dtype: fc.constantFrom<DType>("float32", "float64", "int32", "bool"),
  word: fc.constantFrom(...words),
  shape: fc.tuple(...[5, 3, 7, 2, 4].map((n) => fc.integer({ min: 1, max: n }))),
  axes: fc.nat({ max: 31 }),
  keepdim: fc.boolean(),
  picks: fc.array(fc.nat({ max: special.length - 1 }), { minLength: 7, maxLength: 13 }),
  scaled: fc.boolean(),
});

export function reducedShort({ dtype, word, shape, axes, keepdim, picks, scaled }: ShortReduction): Tensor {
  const float = dtype === "float32" || dtype === "float64";
  const values = Float64Array.from({ length: 64 * shape.reduce((a, b) => a * b, 1) }, (_, i) => {
    const value = special[picks[i % picks.length]!]!;
    return float ? value : Number.isFinite(value) ? Math.trunc(value) : 3;
  });
  const x = tensor(values, { shape: [...shape, 64], dtype });
  let elements = 1;
  const dims = shape.flatMap((n, d) => {
    if (!((axes >> d) & 1) || elements * n > 9) return [];
    elements *= n;
    return [d];
  });
  const y = scaled ? x.mul(2) : x;
  return word === "argmax" || word === "argmin"
    ? y[word](dims[0] ?? 0, { keepdim })
    : y[word](dims, { keepdim });
}
