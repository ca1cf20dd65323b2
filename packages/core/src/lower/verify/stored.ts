import type { Buffer } from "../ir/kernel.ts";

/** The writer of an element: nothing, an earlier kernel, or, counted from `firstPoint`, a point of the current nest. */
const [nothing, earlier, firstPoint] = [0, 1, 2];

/** Which elements of buffers have been stored, and by which point of a nest's parallel axes. */
export class Stored {
  readonly #whole = new Set<Buffer>();
  readonly #marks = new Map<Buffer, Int32Array>();

  whole(buffer: Buffer): void {
    this.#whole.add(buffer);
  }

  element(buffer: Buffer, at: number, point: number): void {
    const marks = this.#marks.get(buffer) ?? new Int32Array(buffer.size);
    this.#marks.set(buffer, marks);
    marks[at] = point + firstPoint;
  }

  forget(buffer: Buffer): void {
    this.#marks.delete(buffer);
  }

  /** Forgets which point stored the elements of a buffer. */
  endNest(buffer: Buffer): void {
    const marks = this.#marks.get(buffer);
    marks?.forEach((mark, at) => {
      if (mark >= firstPoint) marks[at] = earlier;
    });
  }

  has(buffer: Buffer, at: number): boolean {
    return this.#whole.has(buffer) || (this.#marks.get(buffer)?.[at] ?? nothing) !== nothing;
  }

  /** The point of the current nest that stored an element. */
  pointOf(buffer: Buffer, at: number): number | undefined {
    const mark = this.#marks.get(buffer)?.[at] ?? nothing;
    return mark >= firstPoint ? mark - firstPoint : undefined;
  }

  isWhole(buffer: Buffer): boolean {
    return (
      this.#whole.has(buffer) ||
      buffer.size === 0 ||
      !!this.#marks.get(buffer)?.every((mark) => mark !== nothing)
    );
  }
}
