import { type DType, type Shape, type Tensor, tensor } from "@chainrule/core";

/** A reproducible stream of numbers on [0, 1). [Steele, Lea & Flood 2014, finalised as mulberry32] */
export function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Range = readonly [low: number, high: number];

/** A tensor of numbers from `range`: whole ones for int32, truth values for bool. */
export function drawn(next: () => number, shape: Shape, dtype: DType, [low, high]: Range = [-2, 2]): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const real = Float64Array.from({ length: n }, () => low + (high - low) * next());
  if (dtype === "bool") return tensor(real, { shape, dtype: "float64" }).gt((low + high) / 2);
  if (dtype === "int32") return tensor(real.map(Math.round), { shape, dtype });
  return tensor(real, { shape, dtype });
}
