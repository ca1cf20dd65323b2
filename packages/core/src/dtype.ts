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
export function checkDType(op: string, dtype: unknown): DType {
  if (!dtypes.includes(dtype as DType))
    fail(
      "dtype",
      op,
      `there is no dtype ${typeof dtype === "string" ? dtype : typeof dtype}; it is one of ${dtypes.join(", ")}`,
    );
  return dtype as DType;
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

let standard: DType = "float32";

/** The dtype of what is made of numbers, or is a function of whole numbers, where none is given. */
export const getDefaultDtype = (): DType => standard;

/** Sets the dtype of what is made of numbers: "float32" (at first) or "float64". @throws for another. */
export function setDefaultDtype(dtype: "float32" | "float64"): void {
  if (!isFloat(checkDType("setDefaultDtype", dtype)))
    fail("dtype", "setDefaultDtype", `${dtype} holds no real numbers; give "float32" or "float64"`);
  standard = dtype;
}

/** The dtype of real functions of a tensor: its own, or the default one for bool and int32. */
export const floating = (dtype: DType): DType => (isFloat(dtype) ? dtype : standard);

/** The whole number of a dtype that is nearest to x, the least or the greatest for infinities; x itself for floats. */
export function clamped(x: number, dtype: DType): number {
  if (isFloat(dtype)) return x;
  const [low, high] = dtype === "bool" ? [0, 1] : [-(2 ** 31), 2 ** 31 - 1];
  return Number.isNaN(x) ? 0 : Math.max(low, Math.min(high, Math.trunc(x)));
}

/** The later of two dtypes in promotion order: int32 with float32 is float32, float32 with float64 is float64. */
export const promote = (a: DType, b: DType): DType =>
  a === b ? a : (dtypes[Math.max(dtypes.indexOf(a), dtypes.indexOf(b))] as DType);

/** The numbers that int32 holds. */
const [lowest, highest] = [-(2 ** 31), 2 ** 31 - 1];

/** Whether int32 holds a number as it is. */
export const isInt32 = (x: number): boolean => (x | 0) === x;

/** What a number becomes in each dtype, as `to` has it: towards int32 truncated and clamped, towards bool x ≠ 0. */
export const stored: Record<DType, (x: number) => number> = {
  bool: (x) => (x === 0 ? 0 : 1),
  int32: (x) => (isInt32(x) ? x : Math.min(Math.max(x, lowest), highest) | 0),
  float32: Math.fround,
  float64: (x) => x,
};

/**
 * A JavaScript scalar is weak: it takes the dtype of the tensor it meets, unless it cannot be said in it
 * (1.5 with int32 is float32; 2 with bool is int32; 3e9 with int32 is float64, which holds both as they are).
 */
export function promoteScalar(dtype: DType, scalar: number | boolean): DType {
  if (typeof scalar === "boolean" || isFloat(dtype)) return dtype;
  if (isInt32(scalar)) return promote(dtype, "int32");
  return Number.isInteger(scalar) ? "float64" : standard;
}

/** The dtype in which a tensor is compared with a number: its own, and float64 where that cannot represent the number. */
export function compareScalar(dtype: DType, scalar: number | boolean): DType {
  if (typeof scalar === "boolean") return dtype;
  if (isFloat(dtype))
    return Number.isFinite(Math.fround(scalar)) || !Number.isFinite(scalar) ? dtype : "float64";
  return isInt32(scalar) ? promote(dtype, "int32") : "float64";
}
