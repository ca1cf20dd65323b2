/** How values of each dtype stand in locals, constants and the lanes of vectors. */
import { type DType, saturate } from "../../../dtype.ts";
import type { FunctionBuilder, OpName, ValType } from "../assembler/assembler.ts";

export const valTypes: Record<DType, ValType> = { bool: "i32", int32: "i32", float32: "f32", float64: "f64" };

/** Puts a number on the stack, or the integer that is nearest to it. */
export function pushConstant(f: FunctionBuilder, value: number, type: DType): void {
  if (type === "float32") f.f32(value);
  else if (type === "float64") f.f64(value);
  else f.i32(saturate(value, type));
}

/** A vector whose lanes are all the same number. */
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

const laneOf = (type: DType, lanes: 2 | 4): string =>
  ({ bool: lanes === 4 ? "i32x4" : "i64x2", int32: "i32x4", float32: "f32x4", float64: "f64x2" })[type];

/** Puts a truth value on the stack as the bits of a lane. */
function pushMask(f: FunctionBuilder, push: () => void, lanes: 2 | 4): void {
  f.i32(0);
  push();
  f.op("i32.sub");
  if (lanes === 2) f.op("i64.extend_i32_s");
}

/** Takes a vector from the stack and puts the number in one of its lanes there. */
export function extractLane(f: FunctionBuilder, type: DType, lanes: 2 | 4, lane: number): void {
  f.op(`${laneOf(type, lanes)}.extract_lane` as OpName, lane);
  if (type === "bool") (lanes === 2 ? f.op("i32.wrap_i64") : f).i32(1).op("i32.and");
}

/** Puts a number into a lane of the vector on the stack. */
export function replaceLane(
  f: FunctionBuilder,
  push: () => void,
  type: DType,
  lanes: 2 | 4,
  lane: number,
): void {
  if (type === "bool") pushMask(f, push, lanes);
  else push();
  f.op(`${laneOf(type, lanes)}.replace_lane` as OpName, lane);
}

/** Puts a vector on the stack whose lanes are all the number in a local. */
export function pushSplat(f: FunctionBuilder, local: number, type: DType, lanes: 2 | 4): void {
  if (type === "bool") pushMask(f, () => f.get(local), lanes);
  else f.get(local);
  f.op(`${laneOf(type, lanes)}.splat` as OpName);
}
