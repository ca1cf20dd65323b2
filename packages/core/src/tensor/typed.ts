import { arrays, type DType, isInt32, stored, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";

/** A typed array of any kind: of numbers, or of 64-bit integers. */
export type NumberArray = (ArrayBufferView & ArrayLike<number>) | BigInt64Array | BigUint64Array;

/** What the elements of each kind of typed array are unless another dtype is asked for. */
export const kinds: Readonly<Record<string, DType>> = {
  Int8Array: "int32",
  Uint8Array: "int32",
  Uint8ClampedArray: "int32",
  Int16Array: "int32",
  Uint16Array: "int32",
  Int32Array: "int32",
  Uint32Array: "int32",
  BigInt64Array: "int32",
  BigUint64Array: "int32",
  Float16Array: "float32",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** The kind of a typed array, of whichever realm and subclass; undefined for anything else. */
const kindOf = (x: unknown): string | undefined =>
  ArrayBuffer.isView(x) ? (x as unknown as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] : undefined;

/** The dtype that a typed array speaks of; undefined for anything else. */
export function typedDType(x: unknown): DType | undefined {
  const kind = kindOf(x);
  return kind === undefined ? undefined : kinds[kind];
}

/** The elements of a typed array as numbers. @throws where a 64-bit integer has no number of its own. */
export function numbersOf(array: NumberArray): ArrayLike<number> {
  if (!(array instanceof BigInt64Array || array instanceof BigUint64Array)) return array;
  const numbers = Float64Array.from(array as Iterable<bigint>, Number);
  const at = numbers.findIndex((x) => !Number.isSafeInteger(x));
  if (at >= 0)
    fail("value", "tensor", `element ${at} is ${array[at]}n; beyond 2⁵³ whole numbers are not told apart`);
  return numbers;
}

/** Throws where whole numbers that nobody asked a dtype for lie beyond int32. */
export function requireInt32(numbers: ArrayLike<number>): void {
  for (let i = 0; i < numbers.length; i++)
    if (!isInt32(numbers[i] as number))
      fail(
        "value",
        "tensor",
        `element ${i} is ${numbers[i]}, beyond int32. Did you mean { dtype: "float64" }?`,
      );
}

/** A new array of a dtype that holds numbers, converted as `to` does. @throws for NaN in int32. */
export function store(numbers: ArrayLike<number>, dtype: DType): TypedArray {
  const array = new arrays[dtype](numbers.length);
  if (dtype === "float32" || dtype === "float64") {
    array.set(numbers);
    return array;
  }
  const convert = stored[dtype];
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i] as number;
    if (dtype === "int32" && Number.isNaN(x))
      fail("value", "tensor", `element ${i} is NaN, which is no int32. Did you mean another dtype?`);
    array[i] = convert(x);
  }
  return array;
}
