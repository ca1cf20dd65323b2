import { type DType, isFloat } from "../dtype.ts";

/** The bits after the binary point and the lowest exponent of each float dtype. */
const formats = { float32: [23, -126], float64: [52, -1022] } as const;

/** The distance between neighbouring numbers of a dtype at x: one unit in the last place. 1 for integers. */
export function ulpAt(x: number, dtype: DType): number {
  if (!isFloat(dtype)) return 1;
  const [fraction, lowest] = formats[dtype];
  const size = Math.abs(x);
  let exponent = Math.max(lowest, Math.min(1023, Math.floor(Math.log2(size))));
  // The logarithm may be rounded to the next integer.
  if (2 ** exponent > size) exponent = Math.max(lowest, exponent - 1);
  return 2 ** Math.max(exponent - fraction, lowest - fraction);
}

/** |actual − expected| in units in the last place of `expected`; NaN if one of them is not finite. */
export const ulpError = (actual: number, expected: number, dtype: DType): number =>
  Math.abs(actual - expected) / (Number.isFinite(expected) ? ulpAt(expected, dtype) : Number.NaN);
