import type { FunctionBuilder } from "./assembler.ts";

/** The distance between neighbours along an axis: a constant, or a local that holds it. */
export type Stride = number | { readonly local: number };

/** Adds `index · stride` to the address, or index, on the stack. */
export function addScaled(f: FunctionBuilder, pushIndex: () => void, stride: Stride): void {
  pushIndex();
  if (typeof stride === "number") {
    if (stride !== 1) f.i32(stride).op("i32.mul");
  } else f.get(stride.local).op("i32.mul");
  f.op("i32.add");
}

/** Pushes `base + offset + Σ index · stride`, where base and indices are locals. */
export function pushAddress(
  f: FunctionBuilder,
  base: number,
  terms: readonly (readonly [index: number, stride: Stride])[],
  offset = 0,
): FunctionBuilder {
  f.get(base);
  if (offset !== 0) f.i32(offset).op("i32.add");
  for (const [index, stride] of terms) if (stride !== 0) addScaled(f, () => f.get(index), stride);
  return f;
}

/** Pushes the address of an element of a tensor, given its strides in elements of `bytes` bytes. */
export const pushElementAddress = (
  f: FunctionBuilder,
  base: number,
  indices: readonly number[],
  strides: readonly number[],
  bytes: number,
  offset = 0,
): FunctionBuilder =>
  pushAddress(
    f,
    base,
    indices.map((index, k) => [index, strides[k]! * bytes]),
    offset * bytes,
  );
