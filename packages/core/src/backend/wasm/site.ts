import type { DType } from "../../dtype.ts";
import type { FunctionBuilder } from "./assembler.ts";

/** How many elements are worked on at once: one, or as many as fill a vector of their type. */
export type Width = "scalar" | "vector";

/** Puts an operand on the stack. */
export type Push = () => void;

/** What a word needs to know of where it stands. */
export interface Site {
  readonly f: FunctionBuilder;
  readonly width: Width;
  /** The dtype that the word works in: that of its operands, or of its branches. */
  readonly type: DType;
  /** Lanes of a vector here: 4 of 32 bits or 2 of 64. */
  readonly lanes: 2 | 4;
  /** A local to keep an operand in. */
  readonly scratch: (slot: number) => number;
}

/** Writes a word over its operands, of which some are known numbers. */
export type Emit = (site: Site, operands: readonly Push[], known: readonly (number | undefined)[]) => void;

/** The prefix of the instructions on a dtype; in vectors truth values are masks. */
export const prefixes: Record<Width, Record<DType, string>> = {
  scalar: { bool: "i32", int32: "i32", float32: "f32", float64: "f64" },
  vector: { bool: "v128", int32: "i32x4", float32: "f32x4", float64: "f64x2" },
};

export const isFloat = (type: DType): boolean => type === "float32" || type === "float64";

/** A vector whose lanes are all these bits. */
export function splatBytes(value: number, type: DType, lanes: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < lanes; i++) {
    if (type === "float32") view.setFloat32(4 * i, value, true);
    else if (type === "float64") view.setFloat64(8 * i, value, true);
    else if (type === "int32") view.setInt32(4 * i, value, true);
    else for (let b = 0; b < 16 / lanes; b++) bytes[(16 / lanes) * i + b] = value ? 0xff : 0;
  }
  return bytes;
}
