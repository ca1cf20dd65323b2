import { checkArguments, checked, checkMethods, type Signature, throwMissingReceiver } from "../arguments.ts";
import { leavesOf, reverse } from "../autodiff/reverse.ts";
import { evaluate as evaluateNodes } from "../backend/evaluate.ts";
import type { CloseOptions } from "../compositions/float.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { errorOf, fail, partOf } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting, type KeepDim } from "../ops/broadcast.ts";
import { accumulated, leaf, opaque } from "../ops/identity.ts";
import { constant } from "../ops/source.ts";
import { detached } from "../rewrites/rewrite.ts";
import { sameShape } from "../shape.ts";
import { seedOf } from "./backward.ts";
import { decode, type EncodedTensor } from "./encode.ts";
import { limitPending } from "./graph-limit.ts";
import {
  type LiftedFn,
  type Methods,
  methodArguments,
  methods,
  rewritingMethods,
  type Unlisted,
} from "./methods.ts";
import { rawNode, swapNode, TensorReading } from "./reading.ts";
import { currentRecorder } from "./recorder.ts";
import { Unsettled } from "./unsettled.ts";

/** A tensor, or a JavaScript scalar that adapts to the dtypes of the other operands. */
export type TensorLike = Tensor | number | boolean;

/** Options of `backward`. */
export interface BackwardOptions {
  /** Whether the gradients can be differentiated in turn (false). */
  readonly createGraph?: boolean;
  /** Whether to keep the history of this tensor for another `backward` (the value of `createGraph`). */
  readonly retainGraph?: boolean;
}

/** Maxima or minima along an axis, and the index of the first of each. */
export type ValuesAndIndices = { readonly values: Tensor; readonly indices: Tensor };

const equalArguments: Signature = { other: "tensor" };

/**
 * An n-dimensional array of one dtype: immutable, and computed when it is read. Its methods are the rows of the op tables;
 * shapes, dtypes and dims are checked at the call.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * console.log(x.mul(2).sum(0)); //=> tensor([ 8, 12], shape [2], float32)
 */
export class Tensor extends TensorReading {
  static override readonly name: string = "Tensor";

  #grad: Tensor | null = null;
  /** Whether a `backward` has dropped the history. */
  #released = false;
  /** The tensor that this gradient was taken of: both are computed in one run. */
  #origin: Node | null = null;

  static readonly #unsettled = new Unsettled<Tensor>({
    pending: (cell) => Tensor.#nodes(cell),
    restore: swapNode,
  });

  constructor(node: Node) {
    super(node);
    this.#limitPending();
  }

  /**
   * The gradient ∂/∂this, which `backward` accumulates if this tensor requires one; null before.
   *
   * @throws in a compiled function, for a tensor made outside of it
   *
   * @example
   * const x = tensor(3, { requiresGrad: true });
   * x.square().backward();
   * console.log(x.grad!.item()); //=> 6
   */
  get grad(): Tensor | null {
    this.#requireOwn("grad");
    return this.#grad;
  }

  set grad(g: Tensor | null) {
    this.#requireOwn("grad");
    this.#grad = g;
  }

  /** @throws in a compiled function, for a gradient from outside: it would be collected once, during the trace */
  #requireOwn(op: string): void {
    const recorder = currentRecorder();
    const { leaf: owner, id } = rawNode(this);
    if (recorder && owner && (owner !== this || id < recorder.start))
      fail(
        "gradient",
        op,
        "a tensor made outside a compiled function collects no gradient in it. Did you mean a Parameter, or grad(f) of an argument?",
      );
  }

  /**
   * Whether gradients reach this tensor. Setting it turns a tensor without history into a leaf, or back.
   *
   * @throws for an int32 or bool tensor
   *
   * @example
   * const x = tensor(3, { requiresGrad: true });
   * console.log(x.requiresGrad, x.mul(2).requiresGrad, x.detach().requiresGrad); //=> true true false
   */
  get requiresGrad(): boolean {
    return rawNode(this).needsGrad;
  }

  set requiresGrad(on: boolean) {
    if (on === this.requiresGrad) return;
    if (this.dtype !== "float32" && this.dtype !== "float64")
      fail("dtype", "requiresGrad", `only float tensors have gradients, this one is ${this.dtype}`);
    swapNode(this, on ? leaf(rawNode(this), this) : detached(rawNode(this)));
  }

  /**
   * Whether gradients are collected here, rather than passed on to other tensors.
   *
   * @example
   * const x = tensor(2, { requiresGrad: true });
   * console.log(x.isLeaf, x.mul(3).isLeaf); //=> true false
   */
  get isLeaf(): boolean {
    return rawNode(this).leaf !== null || !this.requiresGrad;
  }

  /** @internal Replaces the value of a cell. Tensors computed from the old value keep it. */
  protected replace(value: Tensor): void {
    const node = this.requiresGrad ? leaf(value.node, this) : opaque(value.node);
    const before = swapNode(this, node);
    if (!currentRecorder()) Tensor.#unsettled.assigned(this, before, node.value === null);
    this.#limitPending();
  }

  #limitPending(): void {
    const node = rawNode(this);
    const computed = node.leaf ? node.inputs[0] : node;
    if (computed && !currentRecorder()) limitPending(computed);
  }

  /**
   * The same value without history: a constant for differentiation.
   *
   * @example
   * const x = tensor(2, { requiresGrad: true });
   * console.log(grad((x: Tensor) => x.mul(x.detach()))(x).item()); //=> 2
   */
  detach(): Tensor {
    return new Tensor(detached(this.node));
  }

  /**
   * The same numbers in another dtype: truncated for int32, x ≠ 0 for bool.
   *
   * @example
   * console.log(tensor([1.5, -2.5]).to("int32").toArray()); //=> [ 1, -2 ]
   */
  to(dtype: DType): Tensor {
    return new Tensor(cast(this.node, dtype));
  }

  /**
   * Adds the gradient of this tensor y to `grad` of every leaf x that it was computed from: x̄ = (∂y/∂x)ᵀ·ȳ. The history
   * is dropped afterwards. Before, values that earlier steps have left pending are computed, so that they do not pile up.
   *
   * @param cotangent ȳ, of the shape of this tensor (1 for a tensor with one element)
   * @throws if nothing requires a gradient, the history was dropped, or the cotangent is missing or of another shape
   *
   * @example
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.square().sum().backward();
   * console.log(x.grad!.toArray()); //=> [ 2, 4 ]
   */
  backward(
    cotangent?: Tensor,
    { createGraph = false, retainGraph = createGraph }: BackwardOptions = {},
  ): void {
    const node = rawNode(this);
    const seed = seedOf(node, cotangent?.node, this.#released);
    const leaves = leavesOf(node);
    if (!currentRecorder())
      Tensor.#unsettled.compute([
        ...leaves,
        ...leaves.flatMap((x) => Tensor.#nodes((x.leaf as Tensor).grad)),
      ]);
    const grads = reverse([[node, seed, null]], leaves);
    if (!retainGraph && node.leaf === null) {
      swapNode(this, detached(node));
      this.#released = true;
    }
    leaves.forEach((x, i) => {
      const g = grads[i] ?? broadcasting.expand(constant(0, x.dtype), x.shape);
      (x.leaf as Tensor).#collect(createGraph ? g : accumulated(g), rawNode(this));
    });
  }

  #collect(g: Node, origin: Node): void {
    this.#requireOwn("backward");
    this.grad = this.grad ? this.grad.add(new Tensor(g)) : new Tensor(g);
    this.grad.#origin = origin;
  }

  /** The nodes to compute for a tensor: its own and, for a gradient, that of the tensor it was taken of. */
  static #nodes(t: Tensor | null): Node[] {
    if (!t) return [];
    return t.#origin ? [rawNode(t), t.#origin] : [rawNode(t)];
  }

  /**
   * Sets the gradient to null.
   *
   * @example
   * const x = tensor(2, { requiresGrad: true });
   * x.square().backward();
   * x.zeroGrad();
   * console.log(x.grad); //=> null
   */
  zeroGrad(): void {
    this.grad = null;
  }

  /**
   * Computes the values of tensors in one run: for gradients also the values that they were taken of, and the pending
   * values of cells, which may share computations with them. `evaluate(a, b)` calls it.
   *
   * @example
   * const x = tensor([1, 2]);
   * const [sum, mean] = [x.sum(), x.mean()];
   * Tensor.evaluate([sum, mean]);
   * console.log(sum.item(), mean.item()); //=> 3 1.5
   */
  static evaluate(tensors: readonly Tensor[]): void {
    if (currentRecorder()) return;
    Tensor.#unsettled.settle(tensors.flatMap(Tensor.#nodes));
    for (const t of tensors) t.#origin = null;
  }

  /** @internal */
  protected override compute(): void {
    if (currentRecorder()) evaluateNodes([rawNode(this)]);
    else Tensor.evaluate([this]);
  }

  /**
   * The tensor of the plain data that `toJSON` returns.
   *
   * @param x `{ dtype, shape, data }`, the elements in row-major order
   * @throws if the data is incomplete or inconsistent
   *
   * @example
   * const x = Tensor.fromJSON({ dtype: "float32", shape: [2], data: [1, "-0"] });
   * console.log(x.toArray()); //=> [ 1, -0 ]
   */
  static fromJSON(x: EncodedTensor): Tensor {
    return new Tensor(decode(x));
  }

  /**
   * Whether `other` has the same shape and the same elements. NaN equals nothing, as in PyTorch.
   *
   * @example
   * console.log(tensor([1, 2]).equal(tensor([1, 2]))); //=> true
   */
  equal(other: Tensor): boolean {
    checkArguments("equal", equalArguments, arguments);
    return sameShape(this.shape, other.shape) && this.eq(other).all().item() === 1;
  }

  /**
   * Whether |x − other| ≤ atol + rtol·|other| for all elements, after broadcasting.
   *
   * @param options `rtol` (1e-5), `atol` (1e-8), and `equalNaN`, whether NaN equals NaN (false)
   *
   * @example
   * console.log(tensor([1, 2]).allclose(tensor([1.000001, 2]))); //=> true
   */
  allclose(other: TensorLike, options: CloseOptions = {}): boolean {
    checkArguments("allclose", methodArguments.isClose, arguments);
    return isCloseTo(this, other, options).all().item() === 1;
  }

  /**
   * The transpose of a matrix: `t()`.
   *
   * @throws for more than two axes: see `mT`
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).T.toArray()); //=> [ [ 1, 3 ], [ 2, 4 ] ]
   */
  get T(): Tensor {
    return this.t();
  }

  /**
   * The transposes of matrices: the last two axes are swapped.
   *
   * @throws for fewer than two axes
   *
   * @example
   * console.log(zeros(5, 2, 3).mT.shape); //=> [ 5, 3, 2 ]
   */
  get mT(): Tensor {
    return this.transpose();
  }

  /**
   * This tensor: elements are always in row-major order.
   *
   * @example
   * const x = tensor([[1, 2], [3, 4]]).T;
   * console.log(x.contiguous() === x); //=> true
   */
  contiguous(): this {
    return this;
  }

  /**
   * This tensor: there is no other device.
   *
   * @example
   * const x = tensor([1, 2]);
   * console.log(x.cpu() === x); //=> true
   */
  cpu(): this {
    return this;
  }

  /**
   * The maximum of all elements or, along `dim`, the maxima with the index of the first of each.
   *
   * @example
   * const x = tensor([[1, 5], [7, 2]]);
   * console.log(x.max().item(), x.max(1).indices.toArray()); //=> 7 [ 1, 0 ]
   */
  max(): Tensor;
  max(dim: number, options?: KeepDim): ValuesAndIndices;
  max(dim?: number, options?: KeepDim): Tensor | ValuesAndIndices {
    return dim === undefined ? max(this) : maxAlong(this, dim, options);
  }

  /**
   * The minimum of all elements or, along `dim`, the minima with the index of the first of each.
   *
   * @example
   * const x = tensor([[1, 5], [7, 2]]);
   * console.log(x.min().item(), x.min(1).indices.toArray()); //=> 1 [ 0, 1 ]
   */
  min(): Tensor;
  min(dim: number, options?: KeepDim): ValuesAndIndices;
  min(dim?: number, options?: KeepDim): Tensor | ValuesAndIndices {
    return dim === undefined ? min(this) : minAlong(this, dim, options);
  }
}

export interface Tensor extends Methods<Omit<typeof methods, Unlisted>, typeof methodArguments, Tensor> {}

/** Replaces a tensor, or those in a list, by their nodes. */
const unwrap = (x: unknown): unknown =>
  x instanceof Tensor ? x.node : Array.isArray(x) ? x.map((e) => (e instanceof Tensor ? e.node : e)) : x;

/** Replaces nodes by tensors, in results of any depth. */
function wrap(x: unknown): unknown {
  if (x instanceof Node) return new Tensor(x);
  if (Array.isArray(x)) return x.map(wrap);
  if (x === null || typeof x !== "object") return x;
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, wrap(v)]));
}

/** The graph behind a tensor. */
export const nodeOf = (x: Tensor): Node => x.node;

/** A function on nodes as a function on tensors. */
export const lifted = <F extends (...args: never[]) => unknown>(f: F): LiftedFn<F, Tensor> =>
  ((...args: unknown[]) => wrap(f(...(args.map(unwrap) as never[])))) as LiftedFn<F, Tensor>;

const [maxAlong, minAlong] = [lifted(methods.maxAlong), lifted(methods.minAlong)];
const max = partOf("max", (x: Tensor) => x.amax());
const min = partOf("min", (x: Tensor) => x.amin());
const isCloseTo = partOf("allclose", (x: Tensor, other: TensorLike, options: CloseOptions) =>
  x.isClose(other, options),
);

for (const [name, f] of Object.entries(rewritingMethods) as [string, (...args: unknown[]) => unknown][]) {
  const signature = (methodArguments as Record<string, Signature>)[name]!;
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]) {
      if (!(this instanceof Tensor)) throwMissingReceiver(name);
      const args = checkArguments(name, signature, rest).map(unwrap);
      try {
        return wrap(f(this.node, ...args));
      } catch (error) {
        throw errorOf(name, error);
      }
    },
  });
}

checkMethods(Tensor.prototype, {
  to: { dtype: "dtype" },
  detach: {},
  backward: { cotangent: "tensor?", options: { createGraph: "boolean", retainGraph: "boolean" } },
  zeroGrad: {},
  contiguous: {},
  cpu: {},
  max: { dim: "dim?", options: { keepdim: "boolean" } },
  min: { dim: "dim?", options: { keepdim: "boolean" } },
});

/**
 * Computes the values of tensors in one run. Values that are computed together share their intermediate results;
 * reading them afterwards costs nothing.
 *
 * @param tensors the tensors, or lists of them
 *
 * @example
 * const x = tensor([1, 2]);
 * const [sum, mean] = [x.sum(), x.mean()];
 * evaluate(sum, mean);
 * console.log(sum.item(), mean.item()); //=> 3 1.5
 */
export const evaluate = checked(
  "evaluate",
  { tensors: "...tensor or tensors" },
  (...tensors: readonly (Tensor | readonly Tensor[])[]): void => Tensor.evaluate(tensors.flat()),
);

const readEach = (tensors: readonly Tensor[]): Promise<TypedArray[]> =>
  Promise.all(tensors.map((t) => t.read()));

async function readInOneRun(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  Tensor.evaluate(tensors);
  return readEach(tensors);
}

/**
 * The elements of tensors, or of lists of them, all computed in one run: for each what `read()` returns.
 *
 * @param tensors the tensors, or lists of them
 * @returns the elements of each; rejects if a computation fails
 * @throws in a compiled function, which must return the tensors instead
 *
 * @example
 * const x = tensor([3, 4]);
 * const [sum, norm] = await read(x.sum(), x.norm());
 * console.log(sum, norm); //=> Float32Array(1) [ 7 ] Float32Array(1) [ 5 ]
 */
export const read = checked(
  "read",
  { tensors: "...tensor or tensors" },
  (...tensors: readonly (Tensor | readonly Tensor[])[]): Promise<TypedArray[]> =>
    // In a trace nothing is evaluated, and the first read throws.
    (currentRecorder() ? readEach : readInOneRun)(tensors.flat()),
);
