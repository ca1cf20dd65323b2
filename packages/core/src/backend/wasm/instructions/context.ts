import type { DType } from "../../../dtype.ts";
import type { FunctionBuilder, ValType } from "../assembler/assembler.ts";
import { valTypes } from "./lanes.ts";

/** How many elements are worked on at once: one, or as many as fill a vector of their type. */
export type Width = "scalar" | "vector";

/** Puts an operand on the stack. */
export type PushOperand = () => void;

/** What a word needs to know of where it stands. */
export interface EmitContext {
  readonly f: FunctionBuilder;
  readonly width: Width;
  /** The dtype that the word works in: that of its operands, or of its branches. */
  readonly type: DType;
  /** Lanes of a vector here: 4 of 32 bits or 2 of 64. */
  readonly lanes: 2 | 4;
  /** A local to keep an operand in. */
  readonly scratch: (slot: number) => number;
}

/** A local for short use, the same one for the same type and slot. */
export type ScratchLocal = (type: ValType, slot: number) => number;

export const emitContext = (
  f: FunctionBuilder,
  scratch: ScratchLocal,
  width: Width,
  type: DType,
  lanes: 2 | 4,
): EmitContext => ({
  f,
  width,
  type,
  lanes,
  scratch: (slot) => scratch(width === "vector" ? "v128" : valTypes[type], slot),
});

/** Writes a word over its operands, of which some are known numbers. */
export type EmitOp = (
  site: EmitContext,
  operands: readonly PushOperand[],
  known: readonly (number | undefined)[],
) => void;

/** The prefix of the instructions on a dtype; in vectors truth values are masks. */
export const prefixes: Record<Width, Record<DType, string>> = {
  scalar: { bool: "i32", int32: "i32", float32: "f32", float64: "f64" },
  vector: { bool: "v128", int32: "i32x4", float32: "f32x4", float64: "f64x2" },
};

export const isFloat = (type: DType): boolean => type === "float32" || type === "float64";
