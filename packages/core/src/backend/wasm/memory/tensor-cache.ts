import type { DType, TypedArray } from "../../../dtype.ts";
import { fail } from "../../../errors.ts";
import { ScalarValue, type Value } from "../../../graph/node.ts";
import { bytesOf } from "../../../lower/ir/program.ts";
import type { Heap, SizeClass } from "./heap.ts";

/** Vectors may be read up to this far beyond the end of a tensor. */
export const readPastEnd = 32;

/** A value in linear memory, between those that were used before and after it. */
class Block {
  older: Block = this;
  newer: Block = this;
  /** The run that used it last. */
  run = 0;

  constructor(
    readonly value: Value | null,
    readonly at: number,
    readonly size: SizeClass | null,
  ) {}

  enter(newest: Block): void {
    this.older = newest.older;
    this.newer = newest;
    this.older.newer = this;
    newest.older = this;
  }

  leave(): void {
    this.older.newer = this.newer;
    this.newer.older = this.older;
  }
}

/** The elements of a tensor that a program made: in linear memory until they are read or room is needed. */
class Result implements Value {
  block: Block | null = null;
  #array: TypedArray | null = null;

  constructor(
    readonly residents: TensorCache,
    readonly dtype: DType,
    readonly length: number,
  ) {}

  /** The elements in JavaScript memory, where they stay from the first time on. */
  get array(): TypedArray {
    this.#array ??= this.residents.take(this);
    return this.#array;
  }

  release(): void {
    this.residents.forget(this);
    this.#array = null;
  }
}

/** What a program makes: elements of one dtype, and the blocks that hold as many. */
export interface TensorType {
  readonly dtype: DType;
  readonly length: number;
  readonly size: SizeClass;
}

/**
 * Linear memory as a bounded cache of values. The collector does not see linear memory, and in a loop without pauses
 * it could not tell us what has died; so nothing here waits for it. A value that was not used for long is copied to
 * JavaScript memory, which the collector does see, and its block is used again.
 */
export class TensorCache {
  /** Between the value that was used last (older) and the one not used for longest (newer). */
  readonly #ends = new Block(null, 0, null);
  /** The blocks of values that were made in JavaScript. */
  readonly #copies = new Map<Value, Block>();
  #bytes = 0;
  #count = 0;
  #run = 0;

  /** `budget` bounds the bytes, and `most` the number, of the values kept. */
  constructor(
    readonly heap: Heap,
    readonly budget: number,
    readonly most: number,
  ) {}

  /** Starts a run: what it asks for from here on stays where it is until the next one. */
  start(): void {
    this.#run++;
  }

  kind(dtype: DType, length: number): TensorType {
    return { dtype, length, size: this.heap.sizeClass(length * bytesOf[dtype] + readPastEnd) };
  }

  #blockOf(value: Value): Block | null {
    return value instanceof Result ? value.block : (this.#copies.get(value) ?? null);
  }

  /** The address of a value's elements, copied in where they are not there yet. */
  addressOf(value: Value, kind: TensorType): number {
    const known = this.#blockOf(value);
    if (known) {
      known.leave();
      known.enter(this.#ends);
      known.run = this.#run;
      return known.at;
    }
    const { array } = value;
    const { at } = this.#place(value, kind.size);
    this.heap.view(kind.dtype, at, kind.length).set(array);
    return at;
  }

  /** The element of a value that has only one. */
  numberOf(value: Value): number {
    if (value instanceof ScalarValue) return value.number;
    return value.array[0] as number;
  }

  /** A new value, whose block a program is about to fill. */
  create({ dtype, length, size }: TensorType): Result & { readonly block: Block } {
    const value = new Result(this, dtype, length);
    value.block = this.#place(value, size);
    return value as Result & { readonly block: Block };
  }

  /** Gives the block of a value back that nobody reads any more. */
  forget(value: Value): void {
    const block = this.#blockOf(value);
    if (block) this.#drop(block);
  }

  /** The elements of a result, whose block is given back. */
  take(result: Result): TypedArray {
    const { block } = result;
    if (!block) fail("value", "read", "the elements of this tensor were given up by dispose()");
    const array = this.heap.view(result.dtype, block.at, result.length).slice();
    this.#drop(block);
    return array;
  }

  #place(value: Value, size: SizeClass): Block {
    while (this.#count >= this.most || this.#bytes + size.bytes > this.budget) if (!this.makeRoom()) break;
    const block = new Block(value, this.heap.allocate(size, this.makeRoom), size);
    block.run = this.#run;
    block.enter(this.#ends);
    this.#bytes += size.bytes;
    this.#count++;
    if (value instanceof Result) value.block = block;
    else this.#copies.set(value, block);
    return block;
  }

  #drop(block: Block): void {
    const { value, size, at } = block as { value: Value; size: SizeClass; at: number };
    block.leave();
    if (value instanceof Result) value.block = null;
    else this.#copies.delete(value);
    this.#bytes -= size.bytes;
    this.#count--;
    this.heap.free(at, size);
  }

  /** Makes the value not used for longest leave; false where only those of this run are left. */
  readonly makeRoom = (): boolean => {
    const oldest = this.#ends.newer;
    if (oldest === this.#ends || oldest.run === this.#run) return false;
    if (oldest.value instanceof Result) void oldest.value.array;
    if (oldest.value && this.#blockOf(oldest.value) === oldest) this.#drop(oldest);
    return true;
  };
}
