import type { FunctionBuilder } from "../assembler/assembler.ts";

/** Lists of 32-bit words that the code of a program reads; they are stored after the words of its table. */
export class ConstantPool {
  readonly words: number[] = [];
  readonly #offsetLists = new Map<string, number>();

  constructor(readonly tableWords: number) {}

  /** Adds a list; returns its start. */
  list(words: readonly number[]): number {
    const start = this.words.length;
    for (const word of words) this.words.push(word);
    return start;
  }

  /**
   * Adds the byte offsets of all elements along axes with these strides in bytes, and of three elements past the last, which
   * the packing of a GEMM operand reads; returns the start of the list.
   */
  offsets(axes: readonly { readonly size: number; readonly stride: number }[], bytes: number): number {
    const key = `${axes.map((axis) => `${axis.size}·${axis.stride}`)} ${bytes}`;
    const known = this.#offsetLists.get(key);
    if (known !== undefined) return known;
    let offsets = [0];
    for (const { size, stride } of axes)
      offsets = offsets.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * stride));
    const last = offsets.at(-1) ?? 0;
    const start = this.list([...offsets, last + bytes, last + 2 * bytes, last + 3 * bytes]);
    this.#offsetLists.set(key, start);
    return start;
  }

  /** Pushes the address of a list, in a function whose first parameter is the table. */
  push(f: FunctionBuilder, start: number): void {
    f.get(0)
      .i32(4 * (this.tableWords + start))
      .op("i32.add");
  }
}
