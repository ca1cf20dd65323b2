import { arrays, type DType, type TypedArray } from "../../../dtype.ts";
import { fail } from "../../../errors.ts";
import { FreeList } from "./free-list.ts";

const page = 65536;
const mostPages = 65536;
/** Blocks of at most this many bytes are kept apart by size; larger ones are cut from stretches of free memory. */
const largestClass = 32768;

/** Blocks of one size. */
export interface SizeClass {
  readonly bytes: number;
  /** The addresses of free blocks; null for large ones, which join their free neighbours. */
  readonly free: number[] | null;
}

/** Linear memory with an allocator: freed blocks are used again, and the memory grows when none fits. */
export class Heap {
  readonly memory = new WebAssembly.Memory({ initial: 16 });
  readonly #classes = new Map<number, SizeClass>();
  readonly #stretches = new FreeList();
  #top = 1024;
  #used = 0;
  /** All elements of each dtype, as far as the memory reaches now. */
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

  /** Bytes in blocks that are in use. */
  get used(): number {
    return this.#used;
  }

  /** The class that blocks of so many bytes belong to: for small ones one of eight steps between powers of two. */
  sizeClass(bytes: number): SizeClass {
    if (bytes > largestClass) return { bytes: Math.ceil(bytes / 64) * 64, free: null };
    const step = Math.max(16, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
    const size = Math.ceil(Math.max(bytes, 1) / step) * step;
    const known = this.#classes.get(size) ?? { bytes: size, free: [] };
    this.#classes.set(size, known);
    return known;
  }

  /**
   * The address of a free block; where the memory cannot grow so far, after `makeRoom` has freed something.
   * @throws where that has nothing to free; what is stored stays as it is.
   */
  allocate({ bytes, free }: SizeClass, makeRoom: () => boolean = () => false): number {
    for (;;) {
      const at = free?.pop() ?? this.#stretches.take(bytes) ?? this.#extend(bytes);
      if (at !== undefined) {
        this.#used += bytes;
        return at;
      }
      if (!makeRoom())
        fail(
          "value",
          "memory",
          `${Math.ceil(bytes / 2 ** 20)} MiB more do not fit into the 4 GiB that WebAssembly can address. Did you mean smaller batches?`,
        );
    }
  }

  #extend(bytes: number): number | undefined {
    const at = this.#top;
    const have = this.memory.buffer.byteLength / page;
    const missing = Math.ceil((at + bytes) / page) - have;
    if (missing > 0 && !this.#grow(Math.max(missing, Math.ceil(have / 4))) && !this.#grow(missing))
      return undefined;
    this.#top = at + bytes;
    return at;
  }

  #grow(pages: number): boolean {
    if (this.memory.buffer.byteLength / page + pages > mostPages) return false;
    try {
      this.memory.grow(pages);
      this.views = this.#views();
      return true;
    } catch {
      return false;
    }
  }

  free(at: number, { bytes, free }: SizeClass): void {
    this.#used -= bytes;
    if (free) free.push(at);
    else this.#stretches.give(at, bytes);
  }

  /** The elements at an address; the view is good until the memory grows. */
  view(dtype: DType, at: number, length: number): TypedArray {
    return new arrays[dtype](this.memory.buffer as ArrayBuffer, at, length);
  }
}

/** One block for what programs need only while they run: as large as the neediest of them asks for. */
export class Arena {
  at = 0;
  #size: SizeClass | null = null;

  constructor(
    readonly heap: Heap,
    readonly makeRoom: () => boolean,
  ) {}

  /** Makes room for so many bytes; the block may move, and what was in it is lost. @throws where there is none; it stays as it is then. */
  reserve(bytes: number): void {
    if (this.#size && this.#size.bytes >= bytes) return;
    const size = this.heap.sizeClass(bytes);
    const at = this.heap.allocate(size, this.makeRoom);
    if (this.#size) this.heap.free(this.at, this.#size);
    this.at = at;
    this.#size = size;
  }
}
