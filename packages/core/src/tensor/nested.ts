import { arrays, checkDType, type DType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../shape.ts";

/** Numbers or truth values in arrays of any depth. */
export type Nested<T = number | boolean> = T | readonly Nested<T>[];
/** What a tensor can be made from. */
export type TensorData = Nested | TypedArray;

const typed = Object.entries(arrays) as [DType, (typeof arrays)[DType]][];

/** The dtype that a typed array speaks of; undefined for anything else. */
export const dtypeOf = (data: unknown): DType | undefined =>
  typed.find(([, kind]) => data instanceof kind)?.[0];

/** The sizes of nested arrays; throws where they are ragged or hold something that is no number. */
function shapeOf(data: Nested): number[] {
  const shape: number[] = [];
  for (let level: Nested | undefined = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  const check = (x: Nested, d: number, path: string): void => {
    if (Array.isArray(x)) {
      if (x.length !== shape[d])
        fail(
          "shape",
          "tensor",
          `ragged array: ${path || "data"} has ${x.length} elements where ${shape[d] ?? "a number"} is expected; all rows must have one length`,
        );
      for (const [i, y] of x.entries()) check(y, d + 1, `${path}[${i}]`);
    } else if (d !== shape.length)
      fail(
        "shape",
        "tensor",
        `ragged array: ${path || "data"} is ${String(x)} where an array of ${shape[d]} is expected`,
      );
    else if (typeof x !== "number" && typeof x !== "boolean")
      fail("dtype", "tensor", `${path || "data"} is ${typeof x}; elements must be numbers or booleans`);
  };
  check(data, 0, "");
  return shape;
}

/** The innermost elements of nested arrays, in order. */
function flatten(data: Nested, into: (number | boolean)[] = []): (number | boolean)[] {
  if (typeof data === "number" || typeof data === "boolean") into.push(data);
  else for (const x of data) flatten(x, into);
  return into;
}

/** The elements in row-major order, their shape and dtype: float32 for numbers and bool for truth values, unless told. */
export function parseData(
  data: TensorData,
  shape?: Shape,
  dtype?: DType,
): { array: TypedArray; shape: Shape; dtype: DType } {
  const given = dtypeOf(data);
  const natural = given ? [(data as TypedArray).length] : shapeOf(data as Nested);
  const elements = given ? [] : flatten(data as Nested);
  const booleans = elements.length > 0 && elements.every((x) => typeof x === "boolean");
  const type = checkDType("tensor", dtype ?? given ?? (booleans ? "bool" : "float32"));
  const flat: ArrayLike<number> = given ? (data as TypedArray) : elements.map(Number);
  const to = checkShape("tensor", shape ?? natural);
  if (sizeOf(to) !== flat.length)
    fail("shape", "tensor", `${flat.length} elements do not fill shape ${formatShape(to)}`);
  const array = type === "bool" ? Uint8Array.from(flat, (x) => +(x !== 0)) : arrays[type].from(flat);
  return { array, shape: to, dtype: type };
}

/** Elements as nested arrays: numbers, or booleans where dtype is bool; a 0-d tensor is a bare element. */
export function nest(array: TypedArray, shape: Shape, dtype: DType): Nested {
  const element = (x: number): number | boolean => (dtype === "bool" ? x !== 0 : x);
  let level: Nested[] = Array.from(array, element);
  for (let d = shape.length - 1; d >= 1; d--) {
    const n = shape[d] as number;
    const rows = sizeOf(shape.slice(0, d));
    level = Array.from({ length: rows }, (_, i) => level.slice(i * n, (i + 1) * n));
  }
  return shape.length === 0 ? (level[0] as Nested) : level;
}
