/** How values of each dtype are represented in locals, constants and the lanes of vectors. */
import { type DType, type FloatDType, saturate } from "../../../dtype.ts";
import type { FunctionBuilder, ValType } from "../assembler/assembler.ts";

export const valTypes = {
  bool: "i32",
  int32: "i32",
  float32: "f32",
  float64: "f64",
} as const satisfies Record<DType, ValType>;

/** The shape of a vector of floats. */
export const floatShapes = { float32: "f32x4", float64: "f64x2" } as const satisfies Record<
  FloatDType,
  string
>;

/** The shape of a vector of integers, and of booleans: a boolean is a mask as wide as the lanes beside it. */
export const integerShapes = { 4: "i32x4", 2: "i64x2" } as const;

/** The shape of a vector of a dtype. */
const shapeOf = (type: DType, lanes: 2 | 4) =>
  type === "bool" ? integerShapes[lanes] : type === "int32" ? "i32x4" : floatShapes[type];

/** Pushes a constant; integer dtypes get the nearest integer. */
export function pushConstant(f: FunctionBuilder, value: number, type: DType): void {
  if (type === "float32") f.f32(value);
  else if (type === "float64") f.f64(value);
  else f.i32(saturate(value, type));
}

export const zeroBytes = new Uint8Array(16);

/** The bytes of a vector that has the same value in each lane. */
export function splatBytes(value: number, type: DType, lanes: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < 16; at += 16 / lanes) {
    if (type === "float32") view.setFloat32(at, value, true);
    else if (type === "float64") view.setFloat64(at, value, true);
    else if (type === "int32") view.setInt32(at, saturate(value, type), true);
    else bytes.fill(saturate(value, type) ? 0xff : 0, at);
  }
  return bytes;
}

/** Pushes a boolean as the mask of a lane. */
function pushMask(f: FunctionBuilder, push: () => void, lanes: 2 | 4): void {
  f.i32(0);
  push();
  f.op("i32.sub");
  if (lanes === 2) f.op("i64.extend_i32_s");
}

/** Replaces the vector on the stack by the value of one of its lanes. */
export function extractLane(f: FunctionBuilder, type: DType, lanes: 2 | 4, lane: number): void {
  f.op(`${shapeOf(type, lanes)}.extract_lane`, lane);
  if (type === "bool") (lanes === 2 ? f.op("i32.wrap_i64") : f).i32(1).op("i32.and");
}

/** Puts a value into a lane of the vector on the stack. */
export function replaceLane(
  f: FunctionBuilder,
  push: () => void,
  type: DType,
  lanes: 2 | 4,
  lane: number,
): void {
  if (type === "bool") pushMask(f, push, lanes);
  else push();
  f.op(`${shapeOf(type, lanes)}.replace_lane`, lane);
}

/** Pushes a vector that has the value of a local in each lane. */
export function pushSplat(f: FunctionBuilder, local: number, type: DType, lanes: 2 | 4): void {
  if (type === "bool") pushMask(f, () => f.get(local), lanes);
  else f.get(local);
  f.op(`${shapeOf(type, lanes)}.splat`);
}
