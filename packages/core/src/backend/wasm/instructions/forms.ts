import type { DType, FloatDType } from "../../../dtype.ts";
import type { OpName } from "../assembler/assembler.ts";
import type { EmitOp, Width } from "./context.ts";
import { floatShapes, valTypes } from "./lanes.ts";

/** The code of one op on one dtype. */
export interface OpForms {
  readonly scalar: EmitOp;
  /** Absent where an op has no vector code: its loop is then scalar. */
  readonly vector?: EmitOp;
  /** The operand that vector code takes as one scalar for all lanes; it must be a constant. */
  readonly constantOperand?: number;
}

/**
 * The code of one op on each dtype: "host" calls the reference function in JavaScript; "unused" states that no kernel has the
 * op on that dtype, because casts and expansions replace it before.
 */
export type OpEmitter = Readonly<Record<DType, OpForms | "host" | "unused">>;

/** Pushes the operands and appends one instruction. */
export const instruction =
  (name: OpName): EmitOp =>
  ({ f }, ...operands) => {
    for (const { push } of operands) push();
    f.op(name);
  };

/** Leaves the operand as it is. */
export const identity: EmitOp = (_context, x) => x.push();

type FloatForms = Readonly<Record<FloatDType, OpForms>>;

/** The forms of an op on floats, each made by one function. */
export const floats = (form: (type: FloatDType, width: Width) => EmitOp): FloatForms => ({
  float32: { scalar: form("float32", "scalar"), vector: form("float32", "vector") },
  float64: { scalar: form("float64", "scalar"), vector: form("float64", "vector") },
});

type Arithmetic = "add" | "sub" | "mul" | "div" | "neg" | "abs" | "min" | "max" | "sqrt";
type Rounding = "floor" | "ceil" | "trunc" | "nearest";

/** The type of scalars, or the shape of vectors, of a float dtype. */
export const floatPrefix = (type: FloatDType, width: Width) =>
  width === "scalar" ? valTypes[type] : floatShapes[type];

/** An op that is one instruction on floats. */
export const floatInstruction = (suffix: Arithmetic | Rounding | "eq" | "lt" | "le"): FloatForms =>
  floats((type, width) => instruction(`${floatPrefix(type, width)}.${suffix}`));

/** An op that is one instruction on int32; booleans, 0 or 1, have its scalar form. */
export function integerInstruction(suffix: "add" | "sub" | "mul" | "eq" | "lt_s" | "le_s") {
  const scalar = instruction(`i32.${suffix}`);
  return { int32: { scalar, vector: instruction(`i32x4.${suffix}`) }, bool: { scalar } };
}

/** An op on the bits of integers, and on the masks of booleans. */
export const bitwise = (suffix: "and" | "or" | "xor"): OpForms => ({
  scalar: instruction(`i32.${suffix}`),
  vector: instruction(`v128.${suffix}`),
});

export const unusedOnFloats = { float32: "unused", float64: "unused" } as const;
export const unusedOnIntegers = { bool: "unused", int32: "unused" } as const;
