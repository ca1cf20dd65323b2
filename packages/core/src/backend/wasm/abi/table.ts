/**
 * The table of a program in linear memory, as 32-bit words: 1 more than the graph item at fault (0 for none), the address of
 * each buffer, then the constant pool.
 */
import type { Buffer } from "../../../lower/ir/kernel.ts";
import type { Program } from "../../../lower/ir/program.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";

/** The words of a table before the constant pool. */
export const tableWords = (program: Program): number => 1 + program.buffers.length;

/** The word that holds the address of a buffer. */
export const addressWord = (buffer: Buffer): number => 1 + buffer.id;

/** Records that a graph item met a fault, in the table that every function has the address of as its first parameter. */
export function recordFault(f: FunctionBuilder, item: number): void {
  f.get(0)
    .i32(item + 1)
    .op("i32.store", 2, 0);
}
