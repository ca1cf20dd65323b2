import { checkDType, type DType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { data } from "../ops/source.ts";
import { checkShape, type Shape } from "../shape.ts";
import { store } from "./typed.ts";

/** A tensor as plain data that JSON stores without loss: numbers that JSON cannot represent are strings. */
export interface EncodedTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The elements in row-major order; NaN, ±∞ and −0 as `"NaN"`, `"Infinity"`, `"-Infinity"` and `"-0"`. */
  readonly data: readonly (number | boolean | string)[];
}

const nonJSON: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

const encodeNumber = (x: number): number | string =>
  Number.isFinite(x) && !Object.is(x, -0) ? x : x === 0 ? "-0" : String(x);

/** A tensor's elements as plain data. */
export function encode(array: TypedArray, shape: Shape, dtype: DType): EncodedTensor {
  const element = (x: number) => (dtype === "bool" ? x !== 0 : encodeNumber(x));
  return { dtype, shape: [...shape], data: Array.from(array, element) };
}

/** Whether plain data has the members of an encoded tensor. */
export const isEncoded = (x: unknown): x is EncodedTensor =>
  typeof x === "object" && x !== null && "dtype" in x && "shape" in x && "data" in x;

/** The tensor of plain data. @throws if the data is incomplete or inconsistent */
export function decode(x: EncodedTensor): Node {
  if (!isEncoded(x))
    fail(
      "value",
      "fromJSON",
      `takes { dtype, shape, data } as toJSON gives it${typeof x === "string" ? ". Did you mean Tensor.fromJSON(JSON.parse(text))?" : ""}`,
    );
  const dtype = checkDType("fromJSON", x.dtype);
  if (!Array.isArray(x.shape) || !Array.isArray(x.data))
    fail("shape", "fromJSON", "shape and data must be arrays");
  const shape = checkShape("fromJSON", x.shape);
  const numbers = x.data.map((e: unknown, i) => {
    const number = typeof e === "string" ? (Object.hasOwn(nonJSON, e) ? nonJSON[e] : undefined) : e;
    if (typeof number !== "number" && typeof number !== "boolean")
      fail(
        "value",
        "fromJSON",
        `element ${i} is ${e === null ? "null" : JSON.stringify(e)}, which is not a number`,
      );
    return Number(number);
  });
  const array = store(numbers, dtype);
  const at = dtype === "int32" || dtype === "bool" ? numbers.findIndex((n, i) => n !== array[i]) : -1;
  if (at >= 0)
    fail("value", "fromJSON", `element ${at} is ${numbers[at]}, which ${dtype} does not represent`);
  return data(array, shape, dtype);
}
