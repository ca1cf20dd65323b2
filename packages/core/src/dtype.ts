import { fail } from "./errors.ts";
import { formatShape, type Shape } from "./shape.ts";

/** Element types in promotion order: an operation on two of them computes in the later one. */
export const dtypes = ["bool", "int32", "float32", "float64"] as const;
/** The element types of tensors. */
export type DType = (typeof dtypes)[number];
export type FloatDType = "float32" | "float64";

/** The typed array that stores elements of each dtype; a bool is one byte, 0 or 1. */
export const arrays = {
  bool: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
/** The typed arrays that hold elements: one for each dtype. */
export type TypedArray = Uint8Array | Int32Array | Float32Array | Float64Array;

export const isDType = (x: unknown): x is DType => dtypes.some((dtype) => dtype === x);

/** Returns `dtype`. @throws if it is not a dtype. */
export function checkDType(op: string, dtype: unknown): DType {
  if (!isDType(dtype))
    fail(
      "dtype",
      op,
      `there is no dtype ${typeof dtype === "string" ? dtype : typeof dtype}; the dtypes are ${dtypes.join(", ")}`,
    );
  return dtype;
}

/** Dtype and shape as text: `float32[2, 3]`. */
export const formatType = ({ dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): string =>
  `${dtype}${formatShape(shape)}`;

export const isFloat = (dtype: unknown): dtype is FloatDType => dtype === "float32" || dtype === "float64";

let defaultDtype: DType = "float32";

/**
 * The dtype of tensors made from JavaScript numbers, and of real functions of integers: "float32" by default.
 *
 * @example
 * console.log(getDefaultDtype()); //=> float32
 */
export const getDefaultDtype = (): DType => defaultDtype;

/**
 * Sets the dtype of tensors made from JavaScript numbers, and of real functions of integers.
 *
 * @param dtype "float32", which is the initial setting, or "float64".
 * @throws for any other dtype.
 *
 * @example
 * setDefaultDtype("float64");
 * console.log(tensor([1, 2]).dtype); //=> float64
 * setDefaultDtype("float32");
 */
export function setDefaultDtype(dtype: "float32" | "float64"): void {
  if (!isFloat(checkDType("setDefaultDtype", dtype)))
    fail("dtype", "setDefaultDtype", `${dtype} does not hold real numbers; give "float32" or "float64"`);
  defaultDtype = dtype;
}

/** The dtype of real functions of a tensor: its own if that is floating, else the default dtype. */
export const toFloating = (dtype: DType): DType => (isFloat(dtype) ? dtype : defaultDtype);

/** The bounds of int32. */
const [minInt32, maxInt32] = [-(2 ** 31), 2 ** 31 - 1];

/** The integer of a dtype that is nearest to x, its minimum or maximum for infinities; x itself for floats. */
export function saturate(x: number, dtype: DType): number {
  if (isFloat(dtype)) return x;
  const [low, high] = dtype === "bool" ? [0, 1] : [minInt32, maxInt32];
  return Number.isNaN(x) ? 0 : Math.max(low, Math.min(high, Math.trunc(x)));
}

/** The later of two dtypes in promotion order: int32 with float32 is float32, float32 with float64 is float64. */
export const promote = (a: DType, b: DType): DType =>
  a === b ? a : dtypes[Math.max(dtypes.indexOf(a), dtypes.indexOf(b))]!;

/** Whether int32 represents x exactly. */
export const isInt32 = (x: number): boolean => (x | 0) === x;

/** Converts a number to each dtype, as `Tensor.to` does: to int32 by truncation and saturation, to bool by x ≠ 0. */
export const castTo: Record<DType, (x: number) => number> = {
  bool: (x) => (x === 0 ? 0 : 1),
  int32: (x) => (isInt32(x) ? x : Math.min(Math.max(x, minInt32), maxInt32) | 0),
  float32: Math.fround,
  float64: (x) => x,
};

/**
 * The dtype of an operation on a tensor and a JavaScript scalar. Scalars are weakly typed: they adopt the dtype of the tensor
 * unless it cannot represent them (1.5 with int32 is float32; 2 with bool is int32; 3e9 with int32 is float64, which
 * represents both exactly).
 */
export function promoteScalar(dtype: DType, scalar: number | boolean): DType {
  if (typeof scalar === "boolean" || isFloat(dtype)) return dtype;
  if (isInt32(scalar)) return promote(dtype, "int32");
  return Number.isInteger(scalar) ? "float64" : defaultDtype;
}

/** The dtype of a comparison of a tensor with a number: that of the tensor, or float64 if it cannot represent the number. */
export function compareScalar(dtype: DType, scalar: number | boolean): DType {
  if (typeof scalar === "boolean") return dtype;
  if (isFloat(dtype))
    return Number.isFinite(Math.fround(scalar)) || !Number.isFinite(scalar) ? dtype : "float64";
  return isInt32(scalar) ? promote(dtype, "int32") : "float64";
}
