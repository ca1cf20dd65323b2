import type { DType } from "../../../dtype.ts";
import type { OpName } from "../assembler/assembler.ts";
import { type EmitContext, type PushOperand, prefixes } from "./context.ts";
import { splatBytes } from "./lanes.ts";

type Convert = (site: EmitContext, from: DType, push: PushOperand) => void;

/** Conversions: each from every dtype. Vectors of 32-bit lanes do not change into 64-bit ones here. */
export const casts: Readonly<Record<string, Convert>> = {
  toBool: ({ f, width, lanes }, from, push) => {
    push();
    if (from === "bool") return;
    const prefix = prefixes[width][from];
    if (width === "vector") f.v128(splatBytes(0, from, lanes)).op(`${prefix}.ne` as OpName);
    else if (from === "int32") f.i32(0).op("i32.ne");
    else (from === "float32" ? f.f32(0) : f.f64(0)).op(`${prefix}.ne` as OpName);
  },
  toInt32: ({ f, width }, from, push) => {
    push();
    if (from === "int32" || (from === "bool" && width === "scalar")) return;
    if (from === "bool") f.v128(splatBytes(1, "int32", 4)).op("v128.and");
    else if (width === "vector") f.op("i32x4.trunc_sat_f32x4_s");
    else f.op(from === "float32" ? "i32.trunc_sat_f32_s" : "i32.trunc_sat_f64_s");
  },
  toFloat32: ({ f, width }, from, push) => {
    push();
    if (from === "float32") return;
    if (width === "scalar") f.op(from === "float64" ? "f32.demote_f64" : "f32.convert_i32_s");
    else if (from === "bool") f.v128(splatBytes(1, "float32", 4)).op("v128.and");
    else f.op("f32x4.convert_i32x4_s");
  },
  toFloat64: ({ f, width }, from, push) => {
    push();
    if (from === "float64") return;
    if (width === "scalar") f.op(from === "float32" ? "f64.promote_f32" : "f64.convert_i32_s");
    else f.v128(splatBytes(1, "float64", 2)).op("v128.and");
  },
};
