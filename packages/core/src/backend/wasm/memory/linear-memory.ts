import { fail } from "../../../errors.ts";
import { Arena, Heap } from "./heap.ts";
import { TensorCache } from "./tensor-cache.ts";

/** Bounds on the tensors that stay in linear memory: their bytes, and their number. */
const maxCachedBytes = 256 << 20;
const maxCachedTensors = 4096;

/** The linear memory of one backend: the heap, the tensors in it, and the block that programs share while they run. */
export class LinearMemory {
  readonly heap = new Heap();
  readonly tensors = new TensorCache(this.heap, maxCachedBytes, maxCachedTensors);
  readonly arena = new Arena(this.heap, this.tensors.evictOldest);
  #closed = false;

  /** Begins a run: the tensors that it uses stay in memory until the next one. @throws where the memory was given up. */
  beginRun(): void {
    if (this.#closed) fail("state", "wasm", "this backend was disposed of. Did you mean createWasm()?");
    this.tensors.beginRun();
  }

  /** Gives up the tensors that were not read; no other run begins. */
  close(): void {
    this.tensors.clear();
    this.#closed = true;
  }
}
