import type { Data } from "./problem.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** A stream of numbers on [0, 1) that depends on the seed alone. [mulberry32] */
function stream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function filled(shape: readonly number[], next: () => number): Data {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, next) };
}

/** Normal with mean 0. */
export function normal(seed: number, shape: readonly number[], deviation = 1): Data {
  const u = stream(seed);
  return filled(shape, () => deviation * Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u()));
}

/** Integers from 0 to below − 1. */
export function integers(seed: number, shape: readonly number[], below: number): Data {
  const u = stream(seed);
  return { shape, data: Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(u() * below)) };
}

/** 0 or 1 as floats. */
export function labels(seed: number, shape: readonly number[]): Data {
  const u = stream(seed);
  return filled(shape, () => (u() < 0.5 ? 0 : 1));
}

export const constant = (shape: readonly number[], value: number): Data => filled(shape, () => value);

/** A dense layer's weight, [inputs, outputs], scaled so that activations keep their size. */
export const dense = (seed: number, inputs: number, outputs: number): Data =>
  normal(seed, [inputs, outputs], 1 / Math.sqrt(inputs));
