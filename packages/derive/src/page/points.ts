import { type Tensor, type TypedArray, tensor } from "@chainrule/core";
import { isFloat, type Named } from "../graph/trace.ts";

/** Points to check equations at: the given one, and random ones near it that keep what its elements have in common. */

/** Numbers in [0, 1) from a fixed seed, so that a page is the same each time. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Sampler = (x: TypedArray, shape: readonly number[], random: () => number) => number[];

const all = (x: TypedArray, holds: (element: number) => boolean): boolean => Array.from(x).every(holds);

const rowSums = (x: TypedArray, row: number): number[] =>
  Array.from({ length: x.length / row }, (_, r) =>
    Array.from(x.subarray(r * row, (r + 1) * row)).reduce((a, b) => a + b, 0),
  );

const isSimplex = (x: TypedArray, shape: readonly number[]): boolean => {
  const row = shape.at(-1) ?? 1;
  return row > 1 && all(x, (e) => e >= 0) && rowSums(x, row).every((s) => Math.abs(s - 1) < 1e-6);
};

/** What elements may have in common, and how random elements have it too. The first that holds is kept. */
const samplers: readonly (readonly [holds: (x: TypedArray, shape: readonly number[]) => boolean, Sampler])[] =
  [
    [
      isSimplex,
      (x, shape, random) => {
        const row = shape.at(-1)!;
        const weights = Array.from(x, (e) => e + 0.2 + random());
        const sums = rowSums(Float64Array.from(weights), row);
        return weights.map((w, i) => w / sums[Math.floor(i / row)]!);
      },
    ],
    [
      (x) => all(x, (e) => e >= 0 && e <= 1),
      (x, _, random) => Array.from(x, (e) => 0.1 + 0.8 * (0.6 * e + 0.4 * random())),
    ],
    [(x) => all(x, (e) => e > 0), (x, _, random) => Array.from(x, (e) => e * Math.exp(random() - 0.5))],
    [() => true, (x, _, random) => Array.from(x, (e) => e * (0.75 + 0.5 * random()) + random() - 0.5)],
  ];

function sample(x: Tensor, random: () => number): Tensor {
  if (!isFloat(x.dtype)) return x;
  const elements = x.data();
  const [, draw] = samplers.find(([holds]) => holds(elements, x.shape))!;
  return tensor(Float64Array.from(draw(elements, x.shape, random)), { shape: x.shape, dtype: "float64" });
}

/** A tensor in double precision, in which probabilities that sum to 1 up to rounding do so. */
function inDouble(x: Tensor): Tensor {
  if (!isFloat(x.dtype)) return x.detach();
  const double = x.detach().to("float64");
  return isSimplex(x.data(), x.shape) ? double.div(double.sum(-1, { keepdim: true })) : double;
}

/** The given point and `count` random ones, in double precision. */
export function pointsNear(args: Named, count: number): Named[] {
  const random = randomNumbers(1);
  const entries = Object.entries(args);
  const given = Object.fromEntries(entries.map(([name, x]) => [name, inDouble(x)]));
  const others = Array.from({ length: count }, () =>
    Object.fromEntries(entries.map(([name, x]) => [name, sample(x, random)])),
  );
  return [given, ...others];
}
