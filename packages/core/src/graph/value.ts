import { arrays, type DType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";

/** An evaluated tensor: its elements in row-major order, wherever its backend keeps them. */
export interface Value {
  /** The elements; undefined where the backend reads only asynchronously and `read` has not fetched them yet. */
  readSync(): TypedArray | undefined;
  /** The elements, which `readSync` gives from then on. Rejects where the run that computed them failed. */
  read(): Promise<TypedArray>;
  /** Gives up the elements: reading them afterwards throws. */
  release?(): void;
}

/** Elements in JavaScript memory. */
export class ArrayValue implements Value {
  constructor(readonly array: TypedArray) {}

  readSync(): TypedArray {
    return this.array;
  }

  read(): Promise<TypedArray> {
    return Promise.resolve(this.array);
  }
}

/** A single element, kept as a number. */
export class ScalarValue implements Value {
  #array: TypedArray | null = null;

  constructor(
    readonly number: number,
    readonly dtype: DType,
  ) {}

  readSync(): TypedArray {
    this.#array ??= arrays[this.dtype].of(this.number);
    return this.#array;
  }

  read(): Promise<TypedArray> {
    return Promise.resolve(this.readSync());
  }
}

/** The elements of a value for `op`, which cannot wait. @throws where the backend reads only asynchronously. */
export const elementsNow = (value: Value, op: string): TypedArray =>
  value.readSync() ??
  fail(
    "state",
    op,
    "the elements are on a backend that reads asynchronously. Did you mean to `await x.read()` first?",
  );
