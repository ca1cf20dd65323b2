import { describe } from "../arguments.ts";
import { checkDType, type DType, getDefaultDtype, promote, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../shape.ts";
import { type Elements, kindOf, type NumberArray, store, typedElements } from "./typed.ts";

/** Numbers or booleans in arrays of any depth. */
export type Nested<T = number | boolean> = T | readonly Nested<T>[];
/** The pixels of an image, such as an `ImageData`: red, green, blue and alpha of each, row by row. */
export interface Pixels {
  readonly data: ArrayBufferView & ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}
/** The data that a tensor can be made from. */
export type TensorData = Nested<number | boolean | NumberArray> | Pixels;

interface Parsed {
  readonly array: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The maximum depth of nested arrays. */
const maxDepth = 64;

const isRow = (x: unknown): x is ArrayLike<unknown> => Array.isArray(x) || kindOf(x) !== undefined;

/** Suggests a fix for a value that is not a number. */
function suggestion(x: unknown): string {
  if (typeof x === "bigint" || typeof x === "string") return ". Did you mean Number(x)?";
  if (x instanceof ArrayBuffer || x instanceof DataView) return ". Did you mean new Float32Array(buffer)?";
  if (typeof x === "object" && x !== null && Symbol.iterator in x) return ". Did you mean [...x]?";
  return "";
}

/** @throws if arrays are ragged or contain a value that is not a number, naming its index */
function check(x: unknown, shape: readonly number[], d: number, path: string): void {
  const place = path || "data";
  if (isRow(x)) {
    if (x.length !== shape[d])
      fail(
        "shape",
        "tensor",
        `ragged array: ${place} has ${x.length} elements where ${shape[d] ?? "a number"} is expected; all rows must have one length`,
      );
    if (!Array.isArray(x) && d === shape.length - 1) return;
    for (let i = 0; i < x.length; i++) {
      const y = x[i];
      if (d < shape.length - 1 || typeof y !== "number") check(y, shape, d + 1, `${path}[${i}]`);
    }
  } else if (typeof x !== "number" && typeof x !== "boolean")
    fail(
      "dtype",
      "tensor",
      `${place} is ${describe(x)}; give numbers, booleans, typed arrays, or tensors${suggestion(x)}`,
    );
  else if (d !== shape.length)
    fail(
      "shape",
      "tensor",
      `ragged array: ${place} is ${String(x)} where an array of ${shape[d]} is expected`,
    );
}

/** The shape of nested arrays. @throws if they are ragged or contain a value that is not a number */
function shapeOf(data: unknown): number[] {
  const shape: number[] = [];
  for (let level = data; isRow(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > maxDepth)
      fail("shape", "tensor", `arrays more than ${maxDepth} levels deep. Does one of them hold itself?`);
  }
  check(data, shape, 0, "");
  return shape;
}

/** The elements of nested arrays in order, and their dtype. */
function elementsOf(data: unknown, size: number, asked?: DType): Elements {
  const numbers = new Float64Array(size);
  let next = 0;
  let dtype: DType = "bool";
  let plain = size === 0;
  const visit = (x: unknown): void => {
    if (Array.isArray(x)) for (const y of x) visit(y);
    else if (typeof x === "number" || typeof x === "boolean") {
      plain ||= typeof x === "number";
      numbers[next++] = +x;
    } else {
      const row = typedElements(x as NumberArray, kindOf(x) as string, asked);
      dtype = promote(dtype, row.dtype);
      numbers.set(row.numbers, next);
      next += row.numbers.length;
    }
  };
  visit(data);
  return { numbers, dtype: plain ? promote(dtype, getDefaultDtype()) : dtype };
}

const isPixels = (x: unknown): x is Pixels =>
  typeof x === "object" &&
  x !== null &&
  "width" in x &&
  "height" in x &&
  "data" in x &&
  kindOf(x.data) !== undefined;

/** The elements of data, with the shape and the dtype of the data itself. */
function elementsAndShape(data: TensorData, asked?: DType): readonly [Elements, Shape] {
  const kind = kindOf(data);
  if (kind) {
    const elements = typedElements(data as NumberArray, kind, asked);
    return [elements, [elements.numbers.length]];
  }
  if (!Array.isArray(data) && isPixels(data)) {
    const elements = typedElements(data.data, kindOf(data.data) as string, asked);
    return [elements, [data.height, data.width, 4]];
  }
  const shape = shapeOf(data);
  return [elementsOf(data, sizeOf(shape), asked), shape];
}

/** The elements in row-major order, their shape and dtype: see `tensor`. */
export function parseData(data: TensorData, shape?: Shape, asked?: DType): Parsed {
  if (asked !== undefined) checkDType("tensor", asked);
  const [elements, natural] = elementsAndShape(data, asked);
  const to = checkShape("tensor", shape ?? natural);
  if (sizeOf(to) !== elements.numbers.length)
    fail("shape", "tensor", `${elements.numbers.length} elements do not fill shape ${formatShape(to)}`);
  const dtype = asked ?? elements.dtype;
  return { array: store(elements.numbers, dtype), shape: to, dtype };
}

/** Elements as nested arrays of numbers, or of booleans for bool; a 0-d tensor gives its element. */
export function toNested(array: TypedArray, shape: Shape, dtype: DType): Nested {
  const element = (x: number): number | boolean => (dtype === "bool" ? x !== 0 : x);
  let level: Nested[] = Array.from(array, element);
  for (let d = shape.length - 1; d >= 1; d--) {
    const n = shape[d]!;
    const rows = sizeOf(shape.slice(0, d));
    level = Array.from({ length: rows }, (_, i) => level.slice(i * n, (i + 1) * n));
  }
  return shape.length === 0 ? level[0]! : level;
}
