import type { FloatDType } from "../../../dtype.ts";
import type { EmitOp } from "./context.ts";
import { identity, instruction, type OpEmitter, type OpForms } from "./forms.ts";
import { floatShapes, pushConstant, splatBytes, valTypes } from "./lanes.ts";

const unchanged = { scalar: identity, vector: identity };

/** The integer or float 1 where a mask is set, else 0. */
const maskToOne =
  (type: "int32" | FloatDType): EmitOp =>
  ({ f, lanes }, x) => {
    x.push();
    f.v128(splatBytes(1, type, lanes)).op("v128.and");
  };

/** Whether x ≠ 0. */
const isNonzero = (type: "int32" | FloatDType): OpForms => ({
  scalar: ({ f }, x) => {
    x.push();
    pushConstant(f, 0, type);
    f.op(`${valTypes[type]}.ne`);
  },
  vector: ({ f, lanes }, x) => {
    x.push();
    f.v128(splatBytes(0, type, lanes)).op(`${type === "int32" ? "i32x4" : floatShapes[type]}.ne`);
  },
});

/** The casts, from the dtype of each column. No vector code changes the width of lanes. */
export const casts = {
  toBool: {
    bool: unchanged,
    int32: isNonzero("int32"),
    float32: isNonzero("float32"),
    float64: isNonzero("float64"),
  },
  toInt32: {
    bool: { scalar: identity, vector: maskToOne("int32") },
    int32: unchanged,
    float32: {
      scalar: instruction("i32.trunc_sat_f32_s"),
      vector: instruction("i32x4.trunc_sat_f32x4_s"),
    },
    float64: { scalar: instruction("i32.trunc_sat_f64_s") },
  },
  toFloat32: {
    bool: { scalar: instruction("f32.convert_i32_s"), vector: maskToOne("float32") },
    int32: { scalar: instruction("f32.convert_i32_s"), vector: instruction("f32x4.convert_i32x4_s") },
    float32: unchanged,
    float64: { scalar: instruction("f32.demote_f64") },
  },
  toFloat64: {
    bool: { scalar: instruction("f64.convert_i32_s"), vector: maskToOne("float64") },
    int32: { scalar: instruction("f64.convert_i32_s") },
    float32: { scalar: instruction("f64.promote_f32") },
    float64: unchanged,
  },
} satisfies Record<string, OpEmitter>;
