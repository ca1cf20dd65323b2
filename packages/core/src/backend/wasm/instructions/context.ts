import type { DType } from "../../../dtype.ts";
import type { FunctionBuilder, ValType } from "../assembler/assembler.ts";
import { valTypes } from "./lanes.ts";

/** Whether code computes one element at a time or a vector of them. */
export type Width = "scalar" | "vector";

/** Pushes an operand on the stack. */
export type PushOperand = () => void;

/** An operand, and its value where the compiler knows it. */
export interface Operand {
  readonly push: PushOperand;
  readonly constant: number | undefined;
}

/** The function that code is appended to, and the form that the code has there. */
export interface EmitContext {
  readonly f: FunctionBuilder;
  readonly width: Width;
  /** The dtype of the operands; of `where`, that of its branches. */
  readonly type: DType;
  /** Lanes of a vector: 4 of 32 bits or 2 of 64. */
  readonly lanes: 2 | 4;
  /** A local of the operands' type for temporary use. */
  readonly scratch: (slot: number) => number;
}

/** Emits an op over its operands. */
export type EmitOp = (context: EmitContext, ...operands: Operand[]) => void;

/** A local for temporary use, the same one for the same type and slot. */
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
