import type { DType, TypedArray } from "../../../dtype.ts";
import { fail } from "../../../errors.ts";
import { elementsNow, ScalarValue, type Value } from "../../../graph/value.ts";
import { bytesOf } from "../../../lower/ir/program.ts";
import { readPastEnd } from "../target.ts";
import type { Heap, SizeClass } from "./heap.ts";

/** A tensor in linear memory: an entry of the list that begins with the most recently used one. */
class Block {
  prev: Block = this;
  next: Block = this;
  /** The run that used it last. */
  run = 0;

  constructor(
    readonly value: Value | null,
    readonly address: number,
    readonly size: SizeClass | null,
  ) {}

  insertAfter(head: Block): void {
    this.prev = head;
    this.next = head.next;
    this.prev.next = this;
    this.next.prev = this;
  }

  unlink(): void {
    this.prev.next = this.next;
    this.next.prev = this.prev;
  }
}

/** A tensor that a program computed: in linear memory until it is read or evicted, then in JavaScript memory. */
export class CachedTensor implements Value {
  block: Block | null = null;
  #array: TypedArray | null = null;

  constructor(
    readonly cache: TensorCache,
    readonly dtype: DType,
    readonly length: number,
  ) {}

  readSync(): TypedArray {
    this.#array ??= this.cache.moveOut(this);
    return this.#array;
  }

  async read(): Promise<TypedArray> {
    return this.readSync();
  }

  release(): void {
    this.cache.release(this);
    this.#array = null;
  }
}

/** Elements of one dtype, and the size class of blocks that hold as many. */
export interface TensorType {
  readonly dtype: DType;
  readonly length: number;
  readonly size: SizeClass;
}

/**
 * Linear memory as a bounded LRU cache of tensors. The garbage collector does not see linear memory, and in a loop without
 * pauses it reports nothing; so nothing here waits for it. A tensor that was not used for long is copied to JavaScript memory,
 * which the collector does see, and its block is used again.
 */
export class TensorCache {
  /** The head of the list: `next` is the most recently used block, `prev` the least recently used one. */
  readonly #head = new Block(null, 0, null);
  /** The blocks of values that are not `CachedTensor`s of this cache, which were copied in. */
  readonly #copies = new Map<Value, Block>();
  #bytes = 0;
  #count = 0;
  #run = 0;

  /** `maxBytes` and `maxCount` bound the tensors in the cache. */
  constructor(
    readonly heap: Heap,
    readonly maxBytes: number,
    readonly maxCount: number,
  ) {}

  /** Begins a run: the blocks that it uses are not evicted until the next one. */
  beginRun(): void {
    this.#run++;
  }

  type(dtype: DType, length: number): TensorType {
    return { dtype, length, size: this.heap.sizeClass(length * bytesOf[dtype] + readPastEnd) };
  }

  #owns(value: Value): value is CachedTensor {
    return value instanceof CachedTensor && value.cache === this;
  }

  #blockOf(value: Value): Block | null {
    return this.#owns(value) ? value.block : (this.#copies.get(value) ?? null);
  }

  /** The address of a value's elements, which are copied in where they are not cached. */
  addressOf(value: Value, type: TensorType): number {
    const known = this.#blockOf(value);
    if (known) {
      known.unlink();
      known.insertAfter(this.#head);
      known.run = this.#run;
      return known.address;
    }
    const elements = elementsNow(value, "wasm");
    const { address } = this.#insert(value, type.size);
    this.heap.view(type.dtype, address, type.length).set(elements);
    return address;
  }

  /** The element of a value that has one. */
  scalarOf(value: Value): number {
    return value instanceof ScalarValue ? value.number : elementsNow(value, "wasm")[0]!;
  }

  /** A new tensor, whose block a program is about to fill. */
  allocate({ dtype, length, size }: TensorType): CachedTensor & { readonly block: Block } {
    const tensor = new CachedTensor(this, dtype, length);
    tensor.block = this.#insert(tensor, size);
    return tensor as CachedTensor & { readonly block: Block };
  }

  /** Frees the block of a value that is not read any more. */
  release(value: Value): void {
    const block = this.#blockOf(value);
    if (block) this.#remove(block);
  }

  /** Frees all blocks: tensors that were not read cannot be read any more. */
  clear(): void {
    for (let block = this.#head.next; block !== this.#head; block = this.#head.next) this.#remove(block);
  }

  /** The elements of a tensor, whose block is freed. @throws where that was freed before. */
  moveOut(tensor: CachedTensor): TypedArray {
    const { block } = tensor;
    if (!block) fail("value", "read", "the elements of this tensor were given up by dispose()");
    const array = this.heap.view(tensor.dtype, block.address, tensor.length).slice();
    this.#remove(block);
    return array;
  }

  #insert(value: Value, size: SizeClass): Block {
    while (this.#count >= this.maxCount || this.#bytes + size.bytes > this.maxBytes)
      if (!this.evictOldest()) break;
    const block = new Block(value, this.heap.allocate(size, this.evictOldest), size);
    block.run = this.#run;
    block.insertAfter(this.#head);
    this.#bytes += size.bytes;
    this.#count++;
    if (this.#owns(value)) value.block = block;
    else this.#copies.set(value, block);
    return block;
  }

  #remove(block: Block): void {
    const { value, size, address } = block as { value: Value; size: SizeClass; address: number };
    block.unlink();
    if (this.#owns(value)) value.block = null;
    else this.#copies.delete(value);
    this.#bytes -= size.bytes;
    this.#count--;
    this.heap.free(address, size);
  }

  /** Evicts the least recently used tensor; false where only those of this run are left. */
  readonly evictOldest = (): boolean => {
    const oldest = this.#head.prev;
    if (oldest === this.#head || oldest.run === this.#run) return false;
    const value = oldest.value!;
    if (this.#owns(value)) value.readSync();
    // A tensor that was read before has a block again only as a copy, which reading leaves.
    if (this.#blockOf(value) === oldest) this.#remove(oldest);
    return true;
  };
}
