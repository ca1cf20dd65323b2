import {
  AnyTensor,
  checkArguments,
  checked,
  checkMethods,
  type Signature,
  throwMissingReceiver,
} from "../arguments.ts";
import { leavesOf, reverse } from "../autodiff/reverse.ts";
import { evaluate as evaluateNodes } from "../backend/evaluate.ts";
import { arrays, type DType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { elementsNow, ScalarValue, type Value } from "../graph/value.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting, type KeepDim } from "../ops/broadcast.ts";
import type { CloseOptions } from "../ops/derived.ts";
import { collected, detach, leaf } from "../ops/identity.ts";
import { constant } from "../ops/source.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { decode, type EncodedTensor, encode } from "./encode.ts";
import { formatTensor } from "./format.ts";
import { limitPending } from "./graph-limit.ts";
import { type LiftedFn, type Methods, methodArguments, methods, type Unlisted } from "./methods.ts";
import { type Nested, toNested } from "./nested.ts";
import { currentRecorder } from "./recorder.ts";
import { Unsettled } from "./unsettled.ts";

/** A tensor, or a JavaScript scalar that adapts to the others' dtype. */
export type TensorLike = Tensor | number | boolean;

/** Options of `backward`. */
export interface BackwardOptions {
  /** Let gradients be differentiated in turn. */
  readonly createGraph?: boolean;
  /** Keep this tensor's history for another `backward`. */
  readonly retainGraph?: boolean;
}

const equalArguments: Signature = { other: "tensor" };

/** Gives an object an enumerable getter of its own, in a third of the time that `Object.defineProperty` takes. */
const defineGetter = (
  Object.prototype as unknown as { __defineGetter__(this: object, name: string, get: () => unknown): void }
).__defineGetter__;

/** What copies and comparisons by others see of a tensor, whose state is private otherwise. */
function toJSON(this: Tensor): EncodedTensor {
  return this.toJSON();
}

/** The node of a tensor: that of a cell without binding the cell to a trace. */
export let rawNode: (x: Tensor) => Node;
/** Gives a tensor another node, and returns the old one. */
export let swapNode: (x: Tensor, node: Node) => Node;

/**
 * An n-dimensional array of one dtype, immutable, computed when it is read. Its methods are the rows of the op
 * tables; shapes, dtypes and dims are checked at the call.
 */
export class Tensor extends AnyTensor {
  static override readonly name: string = "Tensor";

  #node: Node;
  #grad: Tensor | null = null;
  #released = false;
  /** What the gradient in this tensor was taken of: computed along with it. */
  #origin: Node | null = null;

  static readonly #unsettled = new Unsettled<Tensor>({
    pending: (cell) => Tensor.#nodes(cell),
    restore: (cell, node) => {
      cell.#node = node;
    },
  });

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
    defineGetter.call(this, "contents", toJSON);
    this.#bound();
  }

  /** @internal The graph behind the tensor. */
  get node(): Node {
    return this.#node;
  }

  /** ∂/∂this, added up by `backward`, where this tensor requires a gradient. */
  get grad(): Tensor | null {
    this.#requireOwn("grad");
    return this.#grad;
  }

  set grad(g: Tensor | null) {
    this.#requireOwn("grad");
    this.#grad = g;
  }

  /** @throws inside a compiled function, where the gradient is collected outside: what is done to it would be done once */
  #requireOwn(op: string): void {
    const trace = currentRecorder();
    const { leaf: owner, id } = this.#node;
    if (trace && owner && (owner !== this || id < trace.start))
      fail(
        "gradient",
        op,
        "a tensor made outside a compiled function collects no gradient in it. Did you mean a Parameter, or grad(f) of an argument?",
      );
  }

  /** The sizes of the axes. */
  get shape(): Shape {
    return Object.freeze(this.#node.shape);
  }

  /** What the elements are: `"float32"`, `"float64"`, `"int32"` or `"bool"`. */
  get dtype(): DType {
    return this.#node.dtype;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether gradients reach this tensor. Setting it makes a tensor without history collect them, or stop. */
  get requiresGrad(): boolean {
    return this.#node.needsGrad;
  }

  set requiresGrad(on: boolean) {
    if (on === this.requiresGrad) return;
    if (this.dtype !== "float32" && this.dtype !== "float64")
      fail("dtype", "requiresGrad", `only float tensors have gradients, this one is ${this.dtype}`);
    this.#node = on ? leaf(this.#node, this) : detach(this.#node);
  }

  /** Whether gradients are collected here, rather than passed on. */
  get isLeaf(): boolean {
    return this.#node.leaf !== null || !this.requiresGrad;
  }

  /** @internal Replaces what this cell holds; tensors made from the old value keep it, and a frozen cell stays frozen. */
  protected replace(value: Tensor): void {
    const before = this.#node;
    this.#node = this.requiresGrad ? leaf(value.node, this) : detach(value.node);
    if (!currentRecorder()) Tensor.#unsettled.assigned(this, before, this.#node.value === null);
    this.#bound();
  }

  #bound(): void {
    const node = this.#node.leaf ? this.#node.inputs[0] : this.#node;
    if (node && !currentRecorder()) limitPending(node);
  }

  /** The same value without history. */
  detach(): Tensor {
    return new Tensor(detach(this.node));
  }

  /** The same numbers in another dtype: towards int32 by truncation, towards bool by x ≠ 0. */
  to(dtype: DType): Tensor {
    return new Tensor(cast(this.node, dtype));
  }

  /**
   * Adds the gradient of this tensor to `grad` of every leaf it was made of: x̄ = (∂y/∂x)ᵀ·ȳ, with ȳ = `cotangent`,
   * which may be left out for a single element. Its history is let go afterwards unless `retainGraph`. What earlier steps
   * left to be computed in leaves and their gradients is computed first, so that steps do not pile up unread.
   * @throws where nothing requires a gradient, or a cotangent is missing or of another shape.
   */
  backward(
    cotangent?: Tensor,
    { createGraph = false, retainGraph = createGraph }: BackwardOptions = {},
  ): void {
    const node = this.#node;
    if (this.#released)
      fail(
        "gradient",
        "backward",
        "this tensor's history was let go by an earlier backward(). Did you mean backward(undefined, { retainGraph: true }) there?",
      );
    if (!node.needsGrad)
      fail(
        "gradient",
        "backward",
        "nothing that this tensor was made of requires a gradient. Did you mean tensor(…, { requiresGrad: true })?",
      );
    if (!cotangent && this.size !== 1)
      fail(
        "gradient",
        "backward",
        `a tensor of shape ${formatShape(this.shape)} needs a cotangent of that shape. Did you mean loss.mean().backward()?`,
      );
    if (cotangent && !sameShape(cotangent.shape, this.shape))
      fail(
        "shape",
        "backward",
        `the cotangent ${formatShape(cotangent.shape)} must have the tensor's shape ${formatShape(this.shape)}`,
      );
    const seed = cotangent
      ? cast(cotangent.node, this.dtype)
      : broadcasting.expand(constant(1, this.dtype), this.shape);
    const leaves = leavesOf(node);
    if (!currentRecorder())
      Tensor.#unsettled.compute([
        ...leaves,
        ...leaves.flatMap((x) => Tensor.#nodes((x.leaf as Tensor).grad)),
      ]);
    const grads = reverse([[node, seed, null]], leaves);
    if (!retainGraph && node.leaf === null) {
      this.#node = detach(node);
      this.#released = true;
    }
    leaves.forEach((x, i) => {
      const g = grads[i] ?? broadcasting.expand(constant(0, x.dtype), x.shape);
      (x.leaf as Tensor).#collect(createGraph ? g : collected(g), this.#node);
    });
  }

  #collect(g: Node, origin: Node): void {
    this.#requireOwn("backward");
    this.grad = this.grad ? this.grad.add(new Tensor(g)) : new Tensor(g);
    this.grad.#origin = origin;
  }

  /** What has to be computed for a tensor: with a gradient, what that was taken of. */
  static #nodes(t: Tensor | null): Node[] {
    if (!t) return [];
    return t.#origin ? [t.#node, t.#origin] : [t.#node];
  }

  /** Forgets the gradient. */
  zeroGrad(): void {
    this.grad = null;
  }

  /**
   * Computes the values of tensors in one run: with gradients the values they were taken of, and what was assigned to
   * cells meanwhile, which may share its making with them.
   */
  static evaluate(tensors: readonly Tensor[]): void {
    if (currentRecorder()) return;
    Tensor.#unsettled.settle(tensors.flatMap(Tensor.#nodes));
    for (const t of tensors) t.#origin = null;
  }

  #value(): Value {
    if (this.#node.value === null) currentRecorder() ? evaluateNodes([this.#node]) : Tensor.evaluate([this]);
    return this.#node.value as Value;
  }

  /** The elements for `op`, which cannot wait. */
  #readSync(op: string): TypedArray {
    return elementsNow(this.#value(), op);
  }

  /**
   * The elements in row-major order, as a copy, as `data()` gives them: on every backend, also on those that read only
   * asynchronously. From then on `item()`, `data()`, `toArray()` and printing work there too. `read(a, b)` reads several
   * tensors that are computed in one run.
   *
   * @returns bool as bytes, others in the typed array of the dtype. Rejects where the computation fails.
   * @example
   * console.log(await tensor([1, 2]).mul(3).read()); //=> Float32Array(2) [ 3, 6 ]
   */
  async read(): Promise<TypedArray> {
    return arrays[this.dtype].from(await this.#value().read());
  }

  /** The only element, as a number. @throws where there are several or none, or the backend reads only asynchronously. */
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

  /** The elements in row-major order, as a copy: bool as bytes, others in the typed array of the dtype. */
  data(): TypedArray {
    return arrays[this.dtype].from(this.#readSync("data"));
  }

  /** The elements as nested arrays; a 0-d tensor gives a bare element. */
  toArray(): Nested {
    return toNested(this.#readSync("toArray"), this.shape, this.dtype);
  }

  /**
   * The tensor as plain data, which JSON holds bit for bit: `{ dtype, shape, data }` with the elements in row-major order.
   * `JSON.stringify`, `structuredClone`, `postMessage` and `{ ...x }` have it, and `fromJSON` makes tensors of it again.
   */
  toJSON(): EncodedTensor {
    return encode(this.#readSync("toJSON"), this.shape, this.dtype);
  }

  /** The tensor that `toJSON` gave as plain data. @throws where something is missing or does not fit. */
  static fromJSON(x: EncodedTensor): Tensor {
    return new Tensor(decode(x));
  }

  /** Whether `other` has the same shape and elements; NaN is equal to nothing, as in PyTorch. */
  equal(other: Tensor): boolean {
    checkArguments("equal", equalArguments, arguments);
    return sameShape(this.shape, other.shape) && this.eq(other).all().item() === 1;
  }

  /**
   * Whether |x − other| ≤ atol + rtol·|other| everywhere, x and other broadcast: `rtol` is 1e-5, `atol` 1e-8 and
   * `equalNaN` false unless told.
   */
  allclose(other: TensorLike, options: CloseOptions = {}): boolean {
    checkArguments("allclose", methodArguments.isClose, arguments);
    return this.isClose(other, options).all().item() === 1;
  }

  /**
   * Gives the memory of the elements back now. Nothing needs this: memory is used again anyway, after the elements were
   * copied for those who may still read them. Afterwards this tensor, and those that share its elements, cannot be read.
   */
  dispose(): void {
    this.#node.value?.release?.();
  }

  /** The elements as nested arrays, as `toArray`. */
  tolist(): Nested {
    return this.toArray();
  }

  /** The transpose of a matrix, as `t()`. @throws for more than two axes: see `mT`. */
  get T(): Tensor {
    return this.t();
  }

  /** Matrices transposed: the last two axes exchanged. */
  get mT(): Tensor {
    return this.transpose();
  }

  /** This tensor: its elements lie in row-major order. */
  contiguous(): this {
    return this;
  }

  /** This tensor: there is no other device. */
  cpu(): this {
    return this;
  }

  /** The greatest element; or, along `dim`, the greatest and their first positions. */
  max(): Tensor;
  max(dim: number, options?: KeepDim): { readonly values: Tensor; readonly indices: Tensor };
  max(dim?: number, options?: KeepDim): Tensor | { readonly values: Tensor; readonly indices: Tensor } {
    return dim === undefined ? this.amax(dim, options) : maxAlong(this, dim, options);
  }

  /** The least element; or, along `dim`, the least and their first positions. */
  min(): Tensor;
  min(dim: number, options?: KeepDim): { readonly values: Tensor; readonly indices: Tensor };
  min(dim?: number, options?: KeepDim): Tensor | { readonly values: Tensor; readonly indices: Tensor } {
    return dim === undefined ? this.amin(dim, options) : minAlong(this, dim, options);
  }

  /** The elements, rounded and of large tensors only some, with shape and dtype. */
  override toString(): string {
    const note = this.#node.leaf ? ", requiresGrad" : "";
    return formatTensor(this.#readSync("toString"), this.shape, this.dtype, note);
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

export interface Tensor extends Methods<Omit<typeof methods, Unlisted>, typeof methodArguments, Tensor> {}

/** A tensor, or those in a list, replaced by their nodes. */
const unwrap = (x: unknown): unknown =>
  x instanceof Tensor ? x.node : Array.isArray(x) ? x.map((e) => (e instanceof Tensor ? e.node : e)) : x;

/** Nodes replaced by tensors, in results of any depth. */
function wrap(x: unknown): unknown {
  if (x instanceof Node) return new Tensor(x);
  if (Array.isArray(x)) return x.map(wrap);
  if (x === null || typeof x !== "object") return x;
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, wrap(v)]));
}

/** A function on nodes as a function on tensors. */
export const lifted = <F extends (...args: never[]) => unknown>(f: F): LiftedFn<F, Tensor> =>
  ((...args: unknown[]) => wrap(f(...(args.map(unwrap) as never[])))) as LiftedFn<F, Tensor>;

const [maxAlong, minAlong] = [lifted(methods.maxAlong), lifted(methods.minAlong)];

for (const [name, f] of Object.entries(methods) as [string, (...args: unknown[]) => unknown][]) {
  const signature = (methodArguments as Record<string, Signature>)[name] as Signature;
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]) {
      if (!(this instanceof Tensor)) throwMissingReceiver(name);
      return wrap(f(this.node, ...checkArguments(name, signature, rest).map(unwrap)));
    },
  });
}

checkMethods(Tensor.prototype, {
  to: { dtype: "dtype" },
  detach: {},
  backward: { cotangent: "tensor?", options: { createGraph: "boolean", retainGraph: "boolean" } },
  zeroGrad: {},
  item: {},
  read: {},
  data: {},
  toArray: {},
  tolist: {},
  contiguous: {},
  cpu: {},
  dispose: {},
  max: { dim: "dim?", options: { keepdim: "boolean" } },
  min: { dim: "dim?", options: { keepdim: "boolean" } },
});

/** Computes the values of tensors, or of lists of them, in one run; reading them afterwards costs nothing. */
export const evaluate = checked(
  "evaluate",
  { tensors: "...tensor or tensors" },
  (...tensors: readonly (Tensor | readonly Tensor[])[]): void => Tensor.evaluate(tensors.flat()),
);

/**
 * The elements of tensors, or of lists of them, all computed in one run: for each what `read()` gives.
 *
 * @throws (rejects) where the computation fails
 * @example
 * const x = tensor([3, 4]);
 * const [sum, norm] = await read(x.sum(), x.norm());
 * console.log(sum, norm); //=> Float32Array(1) [ 7 ] Float32Array(1) [ 5 ]
 */
export const read = checked(
  "read",
  { tensors: "...tensor or tensors" },
  async (...tensors: readonly (Tensor | readonly Tensor[])[]): Promise<TypedArray[]> => {
    const all = tensors.flat();
    Tensor.evaluate(all);
    return Promise.all(all.map((t) => t.read()));
  },
);
