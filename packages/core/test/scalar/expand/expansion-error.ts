import { type Expansion, expansions } from "../../../src/scalar/expand/index.ts";
import { functions } from "../../../src/scalar/functions.ts";
import { referenceFunction } from "../../../src/scalar/reference.ts";
import { fromNumber, precise, sub, toNumber } from "./precise.ts";
import { type Precision, strict } from "./strict.ts";

type Name = keyof typeof functions;

/** All functions that are spelled out in words. */
export const spelled = expansions as Readonly<Record<Name, Expansion>>;
export const names = (Object.keys(spelled) as Name[]).filter((name) => name in functions);
export const arityOf = (name: Name): number => spelled[name].float64.length;
export const precisions = ["float32", "float64"] as const;

const formats = {
  float32: { digits: 23, lowest: -126, largest: (2 - 2 ** -23) * 2 ** 127 },
  float64: { digits: 52, lowest: -1022, largest: Number.MAX_VALUE },
};

const view = new DataView(new ArrayBuffer(8));

/** The distance of neighbouring numbers about y. */
export function ulp(y: number, type: Precision): number {
  const { digits, lowest, largest } = formats[type];
  view.setFloat64(0, Math.min(Math.abs(y), largest));
  const exponent = (view.getInt32(0) >>> 20) - 1023;
  return 2 ** (Math.max(exponent, lowest) - digits);
}

/**
 * y less the true value, where the engine's value is `near`: in 256 bits for float64, but in doubles for float32, where the
 * function is at its limit, and for angles of very many turns.
 */
function distance(name: Name, type: Precision, y: number, near: number, x: readonly number[]): number {
  const saturated = x.some((v) => Math.abs(v) > 30) && [1, 2].includes(Math.abs(near));
  const atEnd = x.includes(0) || !x.every(Number.isFinite);
  const manyTurns = ["sin", "cos", "tan"].includes(name) && Math.abs(x[0] as number) > 2 ** 50;
  if (type === "float32" || saturated || atEnd || manyTurns) return y - near;
  const [a, b] = [x[0] as number, x[1] ?? 0].map(fromNumber);
  const truth = (precise[name] as (typeof precise)[string])(a as never, b as never);
  return toNumber(sub(fromNumber(y), truth));
}

/** How far y is from the function's value, in ulp; Infinity if one is NaN, infinite or a zero of either sign, and the other not. */
export function errorOf(name: Name, type: Precision, y: number, x: readonly number[]): number {
  const near = referenceFunction(name, functions[name])(...x);
  const rounded = type === "float32" ? Math.fround(near) : near;
  if (Object.is(y, rounded) && (!Number.isFinite(y) || y === 0)) return 0;
  if (Number.isNaN(y) || Number.isNaN(near)) return Number.POSITIVE_INFINITY;
  if (Math.abs(near) === Infinity || near === 0) return Number.POSITIVE_INFINITY;
  const error = Math.abs(
    distance(name, type, Math.abs(y) === Infinity ? Math.sign(y) * formats[type].largest : y, near, x),
  );
  return error / ulp(near, type);
}

export interface Worst {
  readonly error: number;
  readonly at: readonly number[];
}

/** The largest error of an expansion over columns of arguments. */
export function worstError(name: Name, type: Precision, columns: readonly ArrayLike<number>[]): Worst {
  const y = strict(spelled[name][type], type).run(...columns);
  let worst: Worst = { error: 0, at: [] };
  for (let i = 0; i < y.length; i++) {
    const x = columns.map((c) => c[i] as number);
    const error = errorOf(name, type, y[i] as number, x);
    if (error > worst.error) worst = { error, at: x };
  }
  return worst;
}

/** A generator of numbers in [0, 1), the same ones for the same seed. [Steele, Lea & Flood 2014] */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Intervals where much happens to a function; elsewhere [−10, 10]. */
const busy: { readonly [K in Name]?: readonly [number, number] } = {
  exp: [-110, 90],
  exp2: [-155, 130],
  expm1: [-20, 90],
  log: [0.3, 3],
  log2: [0.3, 3],
  log10: [0.3, 3],
  log1p: [-1, 3],
  sin: [-100, 100],
  cos: [-100, 100],
  tan: [-100, 100],
  asin: [-1, 1],
  acos: [-1, 1],
  sinh: [-90, 90],
  cosh: [-90, 90],
  acosh: [1, 10],
  atanh: [-1, 1],
  erfinv: [-1, 1],
  sigmoid: [-105, 20],
};

/** Columns of arguments: by turns any number of the type, one of the busy interval, and one of any size up to 1. */
export function samples(name: Name, type: Precision, count: number, seed: number): number[][] {
  const random = uniform(seed);
  const [low, high] = busy[name] ?? [-10, 10];
  const wide = type === "float64" && low < -80 ? 8 : 1;
  const draw = (kind: number): number => {
    if (kind === 1) return wide * (low + random() * (high - low));
    if (kind === 2) return (random() < 0.5 ? -1 : 1) * 2 ** (-30 * random());
    if (type === "float32") view.setUint32(0, random() * 2 ** 32);
    else view.setBigUint64(0, (BigInt(random() * 2 ** 32) << 32n) | BigInt(random() * 2 ** 32));
    return type === "float32" ? view.getFloat32(0) : view.getFloat64(0);
  };
  const column = () => Array.from({ length: count }, (_, i) => draw(i % 3));
  const x = Array.from({ length: arityOf(name) }, column);
  return type === "float32" ? x.map((c) => c.map(Math.fround)) : x;
}
