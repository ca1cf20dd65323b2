import { AnyTensor, checkMethods } from "../arguments.ts";
import { arrays, type DType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { elementsNow, ScalarValue, type Value } from "../graph/value.ts";
import { formatShape, type Shape, sizeOf } from "../shape.ts";
import { type EncodedTensor, encode } from "./encode.ts";
import { formatTensor } from "./format.ts";
import { type Nested, toNested } from "./nested.ts";
import { currentRecorder } from "./recorder.ts";

/** Defines an enumerable getter of an object in a third of the time of `Object.defineProperty`. */
const defineGetter =
  // The method is a part of ECMAScript (B.2.2.2) that TypeScript does not declare.
  (Object.prototype as unknown as { __defineGetter__(this: object, name: string, get: () => unknown): void })
    .__defineGetter__;

/** Shows the private state of a tensor to `structuredClone`, spread, and the comparisons of test libraries. */
function contents(this: TensorReading): EncodedTensor {
  return this.toJSON();
}

/** The node of a tensor; that of a cell, without binding the cell to a trace. */
export let rawNode: (x: TensorReading) => Node;
/** Gives a tensor another node, and returns the old one. */
export let swapNode: (x: TensorReading, node: Node) => Node;

/** The graph behind a tensor, and the members that read its type and its elements. */
export abstract class TensorReading extends AnyTensor {
  #node: Node;

  static {
    rawNode = (x) => x.#node;
    swapNode = (x, node) => {
      const before = x.#node;
      x.#node = node;
      return before;
    };
  }

  constructor(node: Node) {
    super();
    if (!(node instanceof Node)) fail("value", "new Tensor", "is made of a node. Did you mean tensor(…)?");
    this.#node = node;
    defineGetter.call(this, "contents", contents);
  }

  /** @internal The graph behind the tensor. */
  get node(): Node {
    return this.#node;
  }

  /**
   * The sizes of the axes.
   *
   * @example
   * console.log(zeros(2, 3).shape); //=> [ 2, 3 ]
   */
  get shape(): Shape {
    return Object.freeze(this.#node.shape);
  }

  /**
   * The type of the elements: `"float32"`, `"float64"`, `"int32"` or `"bool"`.
   *
   * @example
   * console.log(tensor([1, 2]).dtype, tensor([true]).dtype); //=> float32 bool
   */
  get dtype(): DType {
    return this.#node.dtype;
  }

  /**
   * The number of axes.
   *
   * @example
   * console.log(zeros(2, 3).ndim); //=> 2
   */
  get ndim(): number {
    return this.shape.length;
  }

  /**
   * The number of elements.
   *
   * @example
   * console.log(zeros(2, 3).size); //=> 6
   */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** @internal Computes the value of the node. */
  protected abstract compute(): void;

  #value(): Value {
    if (this.#node.value === null) this.compute();
    return this.#node.value!;
  }

  /** The elements for `op`, which cannot wait. */
  #elements(op: string): TypedArray {
    return elementsNow(this.#value(), op);
  }

  /**
   * A copy of the elements, as `data()` returns it, on every backend: also on those that read only asynchronously. From
   * then on `item()`, `data()`, `toArray()` and printing work there too. `read(a, b)` reads several tensors that are
   * computed in one run.
   *
   * @returns the elements in row-major order; rejects if the computation fails
   * @throws in a compiled function, which must return the tensor instead
   *
   * @example
   * console.log(await tensor([1, 2]).mul(3).read()); //=> Float32Array(2) [ 3, 6 ]
   */
  read(): Promise<TypedArray> {
    // A promise that rejects would not stop the trace.
    if (currentRecorder()) this.#value();
    return this.#read();
  }

  async #read(): Promise<TypedArray> {
    return arrays[this.dtype].from(await this.#value().read());
  }

  /**
   * The only element, as a number.
   *
   * @throws if the tensor has several elements or none, or if the backend reads only asynchronously
   *
   * @example
   * console.log(tensor([1, 2]).sum().item()); //=> 3
   */
  item(): number {
    if (this.size !== 1)
      fail(
        "shape",
        "item",
        `a tensor of shape ${formatShape(this.shape)} has ${this.size} elements, not one. Did you mean toArray()?`,
      );
    const value = this.#value();
    return value instanceof ScalarValue ? value.number : elementsNow(value, "item")[0]!;
  }

  /**
   * A copy of the elements in row-major order, in the typed array of the dtype; bool as bytes.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).data()); //=> Float32Array(4) [ 1, 2, 3, 4 ]
   */
  data(): TypedArray {
    return arrays[this.dtype].from(this.#elements("data"));
  }

  /**
   * The elements as nested arrays of numbers, or of booleans for bool; a 0-d tensor gives its element.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).toArray()); //=> [ [ 1, 2 ], [ 3, 4 ] ]
   */
  toArray(): Nested {
    return toNested(this.#elements("toArray"), this.shape, this.dtype);
  }

  /**
   * The elements as nested arrays: `toArray`, by the name of PyTorch and NumPy.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).tolist()); //=> [ [ 1, 2 ], [ 3, 4 ] ]
   */
  tolist(): Nested {
    return this.toArray();
  }

  /**
   * The tensor as plain data `{ dtype, shape, data }` that JSON stores without loss, with the elements in row-major order.
   * `JSON.stringify`, `structuredClone`, `postMessage` and `{ ...x }` use it; `fromJSON` turns it back into tensors.
   *
   * @example
   * console.log(JSON.stringify(tensor([1, -0]))); //=> {"dtype":"float32","shape":[2],"data":[1,"-0"]}
   */
  toJSON(): EncodedTensor {
    return encode(this.#elements("toJSON"), this.shape, this.dtype);
  }

  /**
   * Frees the memory of the elements. This is never necessary: the library reuses memory by itself, after it has copied
   * elements that may still be read. Afterwards this tensor, and those that share its elements, cannot be read.
   *
   * @example
   * const x = zeros(1000, 1000);
   * const total = x.sum().item();
   * x.dispose();
   * console.log(total); //=> 0
   */
  dispose(): void {
    this.#node.value?.release?.();
  }

  /**
   * The elements as text, with shape and dtype: rounded and, for a large tensor, abridged.
   *
   * @example
   * console.log(`${tensor([1, 2])}`); //=> tensor([1, 2], shape [2], float32)
   */
  override toString(): string {
    const note = this.#node.leaf ? ", requiresGrad" : "";
    return formatTensor(this.#elements("toString"), this.shape, this.dtype, note);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.iterator](): never {
    return fail(
      "shape",
      "iteration",
      `a tensor is not iterable. Did you mean ${this.ndim > 1 ? "x.unbind() for its rows, or " : ""}x.toArray(), or x.equal(y) to compare?`,
    );
  }

  [Symbol.toPrimitive](hint: string): string | number {
    return hint === "string"
      ? this.toString()
      : fail(
          "value",
          "arithmetic",
          "JavaScript operators do not work on tensors. Did you mean x.add(y), x.item() for a number, or String(x) in a text?",
        );
  }
}

checkMethods(TensorReading.prototype, {
  item: {},
  read: {},
  data: {},
  toArray: {},
  tolist: {},
  dispose: {},
});
