/** The worst error of a row over points of its whole domain. */
import { grad, type Tensor, tensor } from "@chainrule/core";
import { lifted, table } from "@chainrule/core/internal";
import { ulp, uniform } from "../scalar/expand/expansion-error.ts";
import { type Big, fromNumber, sub, toNumber } from "../scalar/expand/precise.ts";
import type { Precision } from "../scalar/expand/strict.ts";
import { type Truth, truths } from "./truth.ts";

export type RowName = keyof typeof truths;
export const rowNames = Object.keys(truths) as RowName[];
export const truthOf = (name: RowName): Truth => truths[name];

const largest = { float32: (2 - 2 ** -23) * 2 ** 127, float64: Number.MAX_VALUE };
const digits = { float32: 23, float64: 52 };
const view = new DataView(new ArrayBuffer(8));

/** Columns of points, one for each operand: a third are any numbers, a third of the busy interval, a third near special points. */
export function pointsOf(name: RowName, type: Precision, count: number, seed: number): number[][] {
  const { d, domain, busy, near = [] } = truthOf(name);
  const round = (x: number) => (type === "float32" ? Math.fround(x) : x);
  return d.map((_, k) => {
    const random = uniform(seed + k);
    const [low, high] = (domain?.[k] ?? domain?.[0] ?? [-Infinity, Infinity]).map((x) =>
      Math.max(-largest[type], Math.min(largest[type], x)),
    ) as [number, number];
    const [from, to] = busy?.[k] ?? busy?.[0] ?? [-10, 10];
    const wide = type === "float64" && to - from > 80 ? 8 : 1;
    const centers = [0, low, high, ...near].filter((x) => Math.abs(x) < largest[type]);
    const draw = (kind: number): number => {
      if (kind === 0) {
        if (type === "float32") view.setUint32(0, random() * 2 ** 32);
        else view.setBigUint64(0, (BigInt(random() * 2 ** 32) << 32n) | BigInt(random() * 2 ** 32));
        return type === "float32" ? view.getFloat32(0) : view.getFloat64(0);
      }
      if (kind === 1) return wide * (from + random() * (to - from));
      const center = centers[Math.floor(random() * centers.length)]!;
      const distance = (random() < 0.5 ? -1 : 1) * 2 ** (1 - (digits[type] + 2) * random());
      return center === 0 ? distance : center + distance * Math.abs(center);
    };
    return Array.from({ length: count }, (_, i) => {
      for (let attempt = 0; attempt < 1000; attempt++) {
        const x = round(draw(i % 3));
        if (x > low && x < high && x !== 0 && Number.isFinite(x)) return x;
      }
      return round((low + high) / 2);
    });
  });
}

/** The value and the partial derivatives at every point, as a library computes them. */
export type Computed = readonly ArrayLike<number>[];

/** This library's. */
export function computed(name: RowName, type: Precision, columns: readonly (readonly number[])[]): Computed {
  const row = lifted(table.elementwise[name] as (...args: never[]) => unknown) as (...x: unknown[]) => Tensor;
  const { parameters = [] } = truthOf(name);
  const inputs = columns.map((c) => tensor([...c], { dtype: type }));
  const f = (...x: Tensor[]) => row(...x, ...parameters);
  const partials = inputs.map((_, k) => grad((...x: Tensor[]) => f(...x).sum(), { argnums: k })(...inputs));
  return [f(...inputs), ...(partials as Tensor[])].map((t) => t.data());
}

/** The true values and partial derivatives. */
export const truthAt = (name: RowName, columns: readonly (readonly number[])[]): Big[][] => {
  const { f, d } = truthOf(name);
  const points = columns[0]!.map((_, i) => columns.map((c) => fromNumber(c[i]!)));
  return [f, ...d].map((g) => points.map((x) => g(...x)));
};

/** How far y is from the truth, in ulp of it, or of `terms` if that is larger; where the truth overflows, y must be infinite. */
export function errorInUlp(y: number, truth: Big, type: Precision, terms = 0): number {
  const max = largest[type];
  const near = toNumber(truth);
  if (Number.isNaN(y)) return Infinity;
  if (Math.abs(near) > max)
    return Math.sign(y) === Math.sign(near) ? (max - Math.min(Math.abs(y), max)) / ulp(max, type) : Infinity;
  const finite = Math.max(-max, Math.min(max, y));
  return Math.abs(toNumber(sub(fromNumber(finite), truth))) / ulp(Math.max(Math.abs(near), terms), type);
}

export interface Worst {
  readonly error: number;
  /** The operands where it is largest. */
  readonly at: readonly number[];
}

export function worst(
  y: ArrayLike<number>,
  truth: readonly Big[],
  columns: readonly (readonly number[])[],
  type: Precision,
  terms: ((...x: number[]) => number) | undefined,
): Worst {
  let found: Worst = { error: 0, at: [] };
  truth.forEach((t, i) => {
    const x = columns.map((c) => c[i]!);
    const error = errorInUlp(y[i]!, t, type, terms?.(...x));
    if (error > found.error) found = { error, at: x };
  });
  return found;
}

/** The worst errors of the value and of the partial derivatives, of which the last is the worst. */
export type Errors = readonly [value: Worst, derivative: Worst];

/** The errors of what libraries compute at the same points; undefined of one that lacks the row. */
export function errorsOf(
  name: RowName,
  type: Precision,
  count: number,
  libraries: readonly ((name: RowName, type: Precision, columns: number[][]) => Computed | undefined)[],
): (Errors | undefined)[] {
  const columns = pointsOf(name, type, count, 1);
  const truth = truthAt(name, columns);
  const { terms } = truthOf(name);
  return libraries.map((compute) => {
    const y = compute(name, type, columns);
    if (!y) return undefined;
    const [value, ...partials] = y.map((column, k) => worst(column, truth[k]!, columns, type, terms?.[k]));
    return [value!, partials.reduce((a, b) => (b.error > a.error ? b : a))];
  });
}

/** The largest errors of every row. */
export type ErrorTable = Readonly<
  Record<RowName, Readonly<Record<Precision, readonly [value: number, derivative: number]>>>
>;
