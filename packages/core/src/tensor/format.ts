import type { DType, TypedArray } from "../dtype.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../shape.ts";

/** Tensors of more than 1000 elements show this many elements at both ends of each axis, as in NumPy. */
const edgeItems = 3;
/** If more elements than this would be shown, the outermost axes show their first one only. */
const maxShown = 10_000;

/** The maximum length of a line. */
const lineWidth = 80;

const prefix = "tensor(";

const max = (a: number, b: number): number => Math.max(a, b);
const min = (a: number, b: number): number => Math.min(a, b);

const scientific = (x: number): string => x.toExponential(4).replace(/([+-])(\d)$/, "$10$2");

const nonFinite = (x: number): string => (Number.isNaN(x) ? "nan" : x < 0 ? "-inf" : "inf");

/** Numbers as NumPy prints them: up to four decimals, or in scientific notation where the range is wide. */
function formatter(values: readonly number[], dtype: DType): (x: number) => string {
  if (dtype === "bool") return (x) => (x ? "true" : "false");
  if (dtype === "int32") return String;
  const finite = values.filter(Number.isFinite);
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const [smallest, largest] = [sizes.reduce(min, Infinity), sizes.reduce(max, 0)];
  if (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e6)
    return (x) => (Number.isFinite(x) ? scientific(x) : nonFinite(x));
  const decimals = finite
    .map((x) => (Number(x.toFixed(4)).toString().split(".")[1] ?? "").length)
    .reduce(max, 0);
  return (x) => (Number.isFinite(x) ? x.toFixed(decimals) : nonFinite(x));
}

/** The indices that each axis shows; `null` stands for omitted ones. */
function indicesShown(shape: Shape): (number | null)[][] {
  const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  if (sizeOf(shape.map((n) => Math.max(n, 1))) <= 1000) return shape.map(all);
  const shown = shape.map((n) => Math.min(n, 2 * edgeItems));
  let count = sizeOf(shown);
  return shape.map((n, d) => {
    const own = shown[d]!;
    if (count > maxShown && n > 1) {
      count /= own;
      return [0, null];
    }
    return own === n ? all(n) : [...all(edgeItems), null, ...all(edgeItems).map((i) => n - edgeItems + i)];
  });
}

/** The elements in nested brackets, aligned after `prefix`; “…” stands for omitted ones. */
function formatElements(array: TypedArray, shape: Shape, dtype: DType): string {
  const shown = indicesShown(shape);
  const strides = stridesOf(shape);
  const visible = shown.reduce<number[]>(
    (places, own, d) =>
      places.flatMap((at) => own.flatMap((i) => (i === null ? [] : [at + i * strides[d]!]))),
    [0],
  );
  const values = visible.map((at) => array[at]!);
  const format = formatter(values, dtype);
  const width = values.map((x) => format(x).length).reduce(max, 0);
  const perLine = Math.max(1, Math.floor((lineWidth - prefix.length - shape.length) / (width + 2)));
  const print = (d: number, at: number): string => {
    if (d === shape.length) return format(array[at]!).padStart(width);
    const parts = (shown[d] as (number | null)[]).map((i) =>
      i === null ? "…" : print(d + 1, at + i * strides[d]!),
    );
    const indent = " ".repeat(prefix.length + d + 1);
    if (d < shape.length - 1)
      return `[${parts.join(`,${"\n".repeat(Math.min(2, shape.length - 1 - d))}${indent}`)}]`;
    const lines = Array.from({ length: Math.ceil(parts.length / perLine) }, (_, k) =>
      parts.slice(k * perLine, (k + 1) * perLine).join(", "),
    );
    return `[${lines.join(`,\n${indent}`)}]`;
  };
  return print(0, 0);
}

/** Formats a tensor: `tensor([[1, 2], [3, 4]], shape [2, 2], float32)`. */
export function formatTensor(array: TypedArray, shape: Shape, dtype: DType, note: string): string {
  return `${prefix}${formatElements(array, shape, dtype)}, shape ${formatShape(shape)}, ${dtype}${note})`;
}
