import { arrays, castTo, type DType, isInt32, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";

/** A typed array of any kind: of numbers, or of 64-bit integers. */
export type NumberArray = (ArrayBufferView & ArrayLike<number>) | BigInt64Array | BigUint64Array;

/** The default dtype for each kind of typed array. */
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
export function kindOf(x: unknown): string | undefined {
  if (!ArrayBuffer.isView(x)) return undefined;
  const kind = (x as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag];
  return kind in kinds ? kind : undefined;
}

/** 64-bit integers as numbers. @throws if one exceeds the safe integers */
function numbersOf(array: Iterable<bigint>): Float64Array {
  const numbers = Float64Array.from(array, Number);
  const at = numbers.findIndex((x) => !Number.isSafeInteger(x));
  if (at >= 0)
    fail(
      "value",
      "tensor",
      `element ${at} is about ${numbers[at]}; beyond 2⁵³ numbers do not represent every integer`,
    );
  return numbers;
}

export interface Elements {
  readonly numbers: ArrayLike<number>;
  readonly dtype: DType;
}

/**
 * The elements of a typed array, and their dtype.
 * @throws if integers exceed int32 and no dtype was `requested`
 */
export function typedElements(array: NumberArray, kind: string, requested?: DType): Elements {
  const wide = kind.startsWith("Big");
  const numbers = wide ? numbersOf(array as Iterable<bigint>) : (array as ArrayLike<number>);
  if (!requested && (wide || kind === "Uint32Array"))
    for (let i = 0; i < numbers.length; i++)
      if (!isInt32(numbers[i]!))
        fail(
          "value",
          "tensor",
          `element ${i} is ${numbers[i]}, beyond int32. Did you mean { dtype: "float64" }?`,
        );
  return { numbers, dtype: kinds[kind]! };
}

/** A new array of numbers, converted to a dtype as by `to`. @throws for NaN in int32 */
export function store(numbers: ArrayLike<number>, dtype: DType): TypedArray {
  const array = new arrays[dtype](numbers.length);
  if (dtype === "float32" || dtype === "float64") {
    array.set(numbers);
    return array;
  }
  const convert = castTo[dtype];
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]!;
    if (dtype === "int32" && Number.isNaN(x))
      fail(
        "value",
        "tensor",
        `element ${i} is NaN, which int32 does not represent. Did you mean another dtype?`,
      );
    array[i] = convert(x);
  }
  return array;
}
