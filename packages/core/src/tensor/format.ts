import type { DType, TypedArray } from "../dtype.ts";
import { formatShape, type Shape, stridesOf } from "../shape.ts";

/** Axes longer than this, of tensors with more than 1000 elements, show only their first and last three. */
const edge = 3;

const digits = (x: number): string => {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x < 0 ? "-inf" : "inf";
  return String(Number(x.toPrecision(5)));
};

/** Numbers as NumPy prints them: up to four decimals, or in scientific notation where the range is wide. */
function formatter(values: readonly number[], dtype: DType): (x: number) => string {
  if (dtype === "bool") return (x) => (x ? "true" : "false");
  if (dtype === "int32") return String;
  const sizes = values.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1e6))
    return (x) => (Number.isFinite(x) ? x.toExponential(4) : digits(x));
  const decimals = Math.max(
    0,
    ...values
      .filter(Number.isFinite)
      .map((x) => (Number(x.toFixed(4)).toString().split(".")[1] ?? "").length),
  );
  return (x) => (Number.isFinite(x) ? x.toFixed(decimals) : digits(x));
}

/** The elements as nested, aligned brackets; long tensors are shortened with “…”. */
export function formatElements(array: TypedArray, shape: Shape, dtype: DType): string {
  const short = array.length > 1000;
  const shown = (n: number): (number | "…")[] => {
    const all = Array.from({ length: n }, (_, i) => i);
    return short && n > 2 * edge ? [...all.slice(0, edge), "…", ...all.slice(-edge)] : all;
  };
  const strides = stridesOf(shape);
  const visible: number[] = [];
  const collect = (d: number, at: number): void => {
    if (d === shape.length) visible.push(array[at] as number);
    else
      for (const i of shown(shape[d] as number))
        if (i !== "…") collect(d + 1, at + i * (strides[d] as number));
  };
  collect(0, 0);
  const format = formatter(visible, dtype);
  const width = Math.max(0, ...visible.map((x) => format(x).length));
  const print = (d: number, at: number): string => {
    if (d === shape.length) return format(array[at] as number).padStart(width);
    const parts = shown(shape[d] as number).map((i) =>
      i === "…" ? "…" : print(d + 1, at + i * (strides[d] as number)),
    );
    const gap = d === shape.length - 1 ? ", " : `,\n${" ".repeat(d + 1)}`;
    return `[${parts.join(gap)}]`;
  };
  return print(0, 0);
}

/** `tensor([[1, 2], [3, 4]], shape [2, 2], float32)`, with long ones on lines of their own. */
export function formatTensor(array: TypedArray, shape: Shape, dtype: DType, note: string): string {
  const body = formatElements(array, shape, dtype).replaceAll("\n", `\n${" ".repeat("tensor(".length)}`);
  return `tensor(${body}, shape ${formatShape(shape)}, ${dtype}${note})`;
}
