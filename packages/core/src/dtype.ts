import { fail } from "./errors.ts";

/** Element types, in promotion order: an operation on two of them works in the later one. */
export const dtypes = ["bool", "int32", "float32", "float64"] as const;
export type DType = (typeof dtypes)[number];

/** The typed array that holds elements of each dtype; `bool` is one byte, 0 or 1. */
export const arrays = {
  bool: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
export type TypedArray = Uint8Array | Int32Array | Float32Array | Float64Array;

/** Checks that `dtype` is one of the four. */
export function checkDType(op: string, dtype: DType): DType {
  if (!dtypes.includes(dtype))
    fail("dtype", op, `there is no dtype ${dtype}; it is one of ${dtypes.join(", ")}`);
  return dtype;
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** The later of two dtypes in promotion order: int32 with float32 is float32, float32 with float64 is float64. */
export const promote = (a: DType, b: DType): DType =>
  a === b ? a : (dtypes[Math.max(dtypes.indexOf(a), dtypes.indexOf(b))] as DType);

/**
 * A JavaScript scalar is weak: it takes the dtype of the tensor it meets, unless it cannot be said in it
 * (1.5 with int32 is float32; 2 with bool is int32).
 */
export function promoteScalar(dtype: DType, scalar: number | boolean): DType {
  if (typeof scalar === "boolean" || isFloat(dtype)) return dtype;
  return Number.isInteger(scalar) ? promote(dtype, "int32") : "float32";
}
