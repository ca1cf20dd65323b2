import type { DType, TypedArray } from "../dtype.ts";
import { formatShape, type Shape, stridesOf } from "../shape.ts";

/** Axes longer than twice this, of tensors with more than 1000 elements, show only their first and last three. */
const edge = 3;

/** Rows are broken into lines of at most this many characters. */
const lineWidth = 80;

const opening = "tensor(";

const scientific = (x: number): string => x.toExponential(4).replace(/([+-])(\d)$/, "$10$2");

const nonFinite = (x: number): string => (Number.isNaN(x) ? "nan" : x < 0 ? "-inf" : "inf");

/** Numbers as NumPy prints them: up to four decimals, or in scientific notation where the range is wide. */
function formatter(values: readonly number[], dtype: DType): (x: number) => string {
  if (dtype === "bool") return (x) => (x ? "true" : "false");
  if (dtype === "int32") return String;
  const sizes = values.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1e6))
    return (x) => (Number.isFinite(x) ? scientific(x) : nonFinite(x));
  const decimals = Math.max(
    0,
    ...values
      .filter(Number.isFinite)
      .map((x) => (Number(x.toFixed(4)).toString().split(".")[1] ?? "").length),
  );
  return (x) => (Number.isFinite(x) ? x.toFixed(decimals) : nonFinite(x));
}

/** The elements as nested brackets, aligned to stand behind `opening`; long tensors are shortened with “…”. */
function formatElements(array: TypedArray, shape: Shape, dtype: DType): string {
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
  const perLine = Math.max(1, Math.floor((lineWidth - opening.length - shape.length) / (width + 2)));
  const print = (d: number, at: number): string => {
    if (d === shape.length) return format(array[at] as number).padStart(width);
    const parts = shown(shape[d] as number).map((i) =>
      i === "…" ? "…" : print(d + 1, at + i * (strides[d] as number)),
    );
    const indent = " ".repeat(opening.length + d + 1);
    if (d < shape.length - 1)
      return `[${parts.join(`,${"\n".repeat(Math.min(2, shape.length - 1 - d))}${indent}`)}]`;
    const lines = Array.from({ length: Math.ceil(parts.length / perLine) }, (_, k) =>
      parts.slice(k * perLine, (k + 1) * perLine).join(", "),
    );
    return `[${lines.join(`,\n${indent}`)}]`;
  };
  return print(0, 0);
}

/** `tensor([[1, 2], [3, 4]], shape [2, 2], float32)`, with long ones on lines of their own. */
export function formatTensor(array: TypedArray, shape: Shape, dtype: DType, note: string): string {
  return `${opening}${formatElements(array, shape, dtype)}, shape ${formatShape(shape)}, ${dtype}${note})`;
}
