import type { Buffer } from "../ir/kernel.ts";

/** Which elements of buffers hold something: all, or those that are marked. */
export class Stored {
  readonly #whole = new Set<Buffer>();
  readonly #marks = new Map<Buffer, Uint8Array>();

  whole(buffer: Buffer): void {
    this.#whole.add(buffer);
  }

  element(buffer: Buffer, at: number): void {
    const marks = this.#marks.get(buffer) ?? new Uint8Array(buffer.size);
    this.#marks.set(buffer, marks);
    marks[at] = 1;
  }

  forget(buffer: Buffer): void {
    this.#marks.delete(buffer);
  }

  has(buffer: Buffer, at: number): boolean {
    return this.#whole.has(buffer) || this.#marks.get(buffer)?.[at] === 1;
  }

  isWhole(buffer: Buffer): boolean {
    return this.#whole.has(buffer) || buffer.size === 0 || !!this.#marks.get(buffer)?.every((m) => m === 1);
  }
}
