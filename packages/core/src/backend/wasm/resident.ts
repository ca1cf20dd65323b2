import type { DType, TypedArray } from "../../dtype.ts";
import type { Value } from "../../graph/node.ts";
import { bytesOf } from "../../lower/program.ts";
import type { Heap } from "./memory.ts";

/** Vectors may be read up to this far beyond the end of a tensor. */
export const slack = 32;

interface Block {
  readonly at: number;
  readonly bytes: number;
}

/** The elements of a tensor that a program made: in linear memory until they are read or room is needed. */
class Result implements Value {
  #array: TypedArray | null = null;
  constructor(
    readonly residents: Residents,
    readonly dtype: DType,
    readonly length: number,
  ) {}

  /** The elements in JavaScript memory, where they stay from the first time on. */
  get array(): TypedArray {
    this.#array ??= this.residents.take(this);
    return this.#array;
  }
}

/**
 * Linear memory as a bounded cache of values. The collector does not see linear memory, and in a loop without pauses
 * it could not tell us what has died; so nothing here waits for it. A value that was not used for long is copied to
 * JavaScript memory, which the collector does see, and its block is used again.
 */
export class Residents {
  /** Least recently used first. */
  readonly #blocks = new Map<Value, Block>();
  #bytes = 0;

  constructor(
    readonly heap: Heap,
    readonly budget: number,
  ) {}

  /** The address of a value's elements, copied in where they are not there yet. */
  addressOf(value: Value, dtype: DType): number {
    const known = this.#blocks.get(value);
    if (known) {
      this.#blocks.delete(value);
      this.#blocks.set(value, known);
      return known.at;
    }
    const { array } = value;
    const block = this.#enter(value, array.length * bytesOf[dtype]);
    this.heap.view(dtype, block.at, array.length).set(array);
    return block.at;
  }

  /** A new value of so many elements, whose block a program is about to fill: pinned as long as that runs. */
  create(dtype: DType, length: number): { readonly value: Value; readonly at: number } {
    const value = new Result(this, dtype, length);
    const { at } = this.#enter(value, length * bytesOf[dtype]);
    this.#pinned.add(value);
    return { value, at };
  }

  /** Gives the block of a value back that nobody reads any more. */
  forget(value: Value): void {
    const block = this.#blocks.get(value);
    if (block) this.#drop(value, block);
  }

  /** The elements of a result, whose block is given back. */
  take(result: Result): TypedArray {
    const block = this.#blocks.get(result) as Block;
    const array = this.heap.view(result.dtype, block.at, result.length).slice();
    this.#drop(result, block);
    return array;
  }

  #enter(value: Value, size: number): Block {
    const bytes = size + slack;
    this.#makeRoom(bytes);
    const block = { at: this.heap.allocate(bytes), bytes };
    this.#bytes += bytes;
    this.#blocks.set(value, block);
    return block;
  }

  #drop(value: Value, block: Block): void {
    this.#blocks.delete(value);
    this.#bytes -= block.bytes;
    this.heap.free(block.at, block.bytes);
  }

  readonly #pinned = new Set<Value>();

  /** Keeps values where they are while `f` runs. */
  pinning<T>(values: readonly Value[], f: () => T): T {
    for (const v of values) this.#pinned.add(v);
    try {
      return f();
    } finally {
      this.#pinned.clear();
    }
  }

  #makeRoom(bytes: number): void {
    if (this.#bytes + bytes <= this.budget) return;
    for (const [value, block] of this.#blocks) {
      if (this.#pinned.has(value)) continue;
      if (value instanceof Result) void value.array;
      // A result that was read before is only a copy here, which reading again does not give back.
      if (this.#blocks.has(value)) this.#drop(value, block);
      if (this.#bytes + bytes <= this.budget) return;
    }
  }
}
