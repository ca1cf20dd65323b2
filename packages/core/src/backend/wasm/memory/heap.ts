import { arrays, type DType, type TypedArray } from "../../../dtype.ts";
import { fail } from "../../../errors.ts";
import { FreeList } from "./free-list.ts";

const pageBytes = 65536;
const maxPages = 65536;
/** Blocks of at most this many bytes are pooled by size; larger ones are cut from a free list. */
const maxSmallBlock = 32768;
/** Address 0 is never allocated. */
const firstAddress = 1024;

/** Blocks of one size. */
export interface SizeClass {
  readonly bytes: number;
  /** The addresses of free blocks; null for large ones, which the free list holds. */
  readonly free: number[] | null;
}

/** Linear memory with an allocator: freed blocks are used again, and the memory grows where none fits. */
export class Heap {
  readonly memory = new WebAssembly.Memory({ initial: 16 });
  readonly #classes = new Map<number, SizeClass>();
  readonly #large = new FreeList();
  #top = firstAddress;
  #used = 0;
  /** The whole memory as elements of each dtype; made anew when it grows. */
  views = this.#views();

  #views(): Readonly<Record<DType, TypedArray>> {
    const { buffer } = this.memory;
    return {
      bool: new Uint8Array(buffer),
      int32: new Int32Array(buffer),
      float32: new Float32Array(buffer),
      float64: new Float64Array(buffer),
    };
  }

  /** Bytes in allocated blocks. */
  get used(): number {
    return this.#used;
  }

  /** The size class of blocks of so many bytes: a small block has one of eight sizes between two powers of two. */
  sizeClass(bytes: number): SizeClass {
    if (bytes > maxSmallBlock) return { bytes: Math.ceil(bytes / 64) * 64, free: null };
    const step = Math.max(16, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
    const size = Math.ceil(Math.max(bytes, 1) / step) * step;
    const known = this.#classes.get(size) ?? { bytes: size, free: [] };
    this.#classes.set(size, known);
    return known;
  }

  /**
   * The address of a free block. Where the memory cannot grow enough, `evict` frees blocks until one fits.
   * @throws where `evict` returns false, since it has nothing to free; the blocks in use stay as they are.
   */
  allocate({ bytes, free }: SizeClass, evict: () => boolean = () => false): number {
    for (;;) {
      const address = free?.pop() ?? this.#large.allocate(bytes) ?? this.#extend(bytes);
      if (address !== undefined) {
        this.#used += bytes;
        return address;
      }
      if (!evict())
        fail(
          "value",
          "memory",
          `${Math.ceil(bytes / 2 ** 20)} MiB more do not fit into the 4 GiB that WebAssembly can address. Did you mean smaller batches?`,
        );
    }
  }

  #extend(bytes: number): number | undefined {
    const address = this.#top;
    const pages = this.memory.buffer.byteLength / pageBytes;
    const missing = Math.ceil((address + bytes) / pageBytes) - pages;
    if (missing > 0 && !this.#grow(Math.max(missing, Math.ceil(pages / 4))) && !this.#grow(missing))
      return undefined;
    this.#top = address + bytes;
    return address;
  }

  #grow(pages: number): boolean {
    if (this.memory.buffer.byteLength / pageBytes + pages > maxPages) return false;
    try {
      this.memory.grow(pages);
      this.views = this.#views();
      return true;
    } catch {
      return false;
    }
  }

  free(address: number, { bytes, free }: SizeClass): void {
    this.#used -= bytes;
    if (free) free.push(address);
    else this.#large.free(address, bytes);
  }

  /** The elements at an address, as a view that is valid until the memory grows. */
  view(dtype: DType, address: number, length: number): TypedArray {
    return new arrays[dtype](this.memory.buffer as ArrayBuffer, address, length);
  }
}

/** One block for what programs need only while they run, as large as the largest of them needs. */
export class Arena {
  address = 0;
  #size: SizeClass | null = null;

  constructor(
    readonly heap: Heap,
    readonly evict: () => boolean,
  ) {}

  /** Grows the block to so many bytes; it may move, and its content is lost. @throws where they do not fit; the block stays then. */
  reserve(bytes: number): void {
    if (this.#size && this.#size.bytes >= bytes) return;
    const size = this.heap.sizeClass(bytes);
    const address = this.heap.allocate(size, this.evict);
    if (this.#size) this.heap.free(this.address, this.#size);
    this.address = address;
    this.#size = size;
  }
}
