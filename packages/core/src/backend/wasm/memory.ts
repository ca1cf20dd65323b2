import { arrays, type DType, type TypedArray } from "../../dtype.ts";
import { fail } from "../../errors.ts";

const page = 65536;
const mostPages = 65536;

/** Sizes are rounded up to one of eight steps between powers of two, so that freed blocks fit again. */
function classOf(bytes: number): number {
  const step = Math.max(16, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
  return Math.ceil(bytes / step) * step;
}

/** Linear memory with an allocator: blocks of like size are used again, and the memory grows when none is free. */
export class Heap {
  readonly memory = new WebAssembly.Memory({ initial: 16 });
  readonly #free = new Map<number, number[]>();
  #top = 1024;
  #used = 0;

  /** Bytes in blocks that are in use. */
  get used(): number {
    return this.#used;
  }

  /** The address of a free block. @throws where the memory cannot grow so far; what is stored stays as it is. */
  allocate(bytes: number): number {
    const size = classOf(bytes);
    this.#used += size;
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) return reused;
    const end = this.#top + size;
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / page);
    if (missing > 0) this.#grow(missing, bytes);
    const at = this.#top;
    this.#top = end;
    return at;
  }

  #grow(pages: number, bytes: number): void {
    const have = this.memory.buffer.byteLength / page;
    const wish = Math.min(mostPages - have, Math.max(pages, Math.ceil(have / 4)));
    try {
      this.memory.grow(Math.max(pages, wish));
    } catch {
      this.#used -= classOf(bytes);
      fail(
        "value",
        "memory",
        `${bytes} more bytes do not fit into the 4 GiB that WebAssembly can address. Did you mean smaller batches?`,
      );
    }
  }

  free(at: number, bytes: number): void {
    const size = classOf(bytes);
    this.#used -= size;
    const list = this.#free.get(size);
    if (list) list.push(at);
    else this.#free.set(size, [at]);
  }

  /** The elements at an address; the view is good until the memory grows. */
  view(dtype: DType, at: number, length: number): TypedArray {
    return new arrays[dtype](this.memory.buffer as ArrayBuffer, at, length);
  }

  /** The elements at an address, again and again: the view is made anew only when the memory has grown. */
  lasting(dtype: DType, at: number, length: number): () => TypedArray {
    let view = this.view(dtype, at, length);
    return () => {
      if (view.buffer !== this.memory.buffer) view = this.view(dtype, at, length);
      return view;
    };
  }
}
