import { checkArguments, checked, type Kind, type Options, type Signature } from "../arguments.ts";
import { eye as eyeNode } from "../compositions/matrix.ts";
import { meshgridArguments, meshgrid as meshgridNodes } from "../compositions/meshgrid.ts";
import { stackArguments, stack as stackNodes } from "../compositions/stack.ts";
import { type DType, getDefaultDtype, isFloat, isInt32, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast, operandArguments } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { catArguments, cat as catNodes } from "../ops/cat.ts";
import { einsumArguments, einsum as einsumNodes } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { data, iota, scalar } from "../ops/source.ts";
import { checkShape, type Shape } from "../shape.ts";
import { holdsTensor, join, type TensorList } from "./join.ts";
import { parseData, type TensorData } from "./nested.ts";
import { lifted, Tensor } from "./tensor.ts";

const { add, le, mul, sub } = elementwiseOps;

/** Options of all functions that create a tensor. */
export interface CreateOptions {
  /** The dtype of the elements (the default dtype, unless the function says otherwise). */
  readonly dtype?: DType;
  /** Whether the tensor collects gradients (false). */
  readonly requiresGrad?: boolean;
}

/** The options of all functions that make a tensor. */
export const createOptions = { dtype: "dtype", requiresGrad: "boolean" } as const satisfies Options;

/** A function of a shape, which takes a list of sizes or the sizes themselves: `zeros([2, 3])` is `zeros(2, 3)`. */
export interface OfShape<O> {
  (shape: Shape, options?: O): Tensor;
  (...sizes: readonly number[]): Tensor;
  (...sizesAndOptions: readonly [...sizes: number[], options: O]): Tensor;
}

/** A function of a shape that checks its arguments. */
export const ofShape = <O>(
  op: string,
  options: Options,
  f: (shape: Shape, options?: O) => Tensor,
): OfShape<O> => checked(op, { shape: "shape...", options }, f as OfShape<O>);

const made = (t: Tensor, requiresGrad = false): Tensor => {
  if (requiresGrad) t.requiresGrad = true;
  return t;
};

/** Options of `tensor`. */
export interface TensorOptions extends CreateOptions {
  /** The shape of the tensor, whose elements are given in row-major order (that of the nested arrays). */
  readonly shape?: Shape;
}

const elementsKind: Kind = {
  holds: (x) => x !== null && (typeof x === "object" || typeof x === "number" || typeof x === "boolean"),
  message: "a number, nested arrays of numbers, or a typed array",
  code: "dtype",
};

const tensorArguments: Signature = { elements: elementsKind, options: { ...createOptions, shape: "shape" } };
const fullArguments: Signature = { shape: "shape", value: "scalar", options: createOptions };
const fullLikeArguments: Signature = { x: "tensor", value: "scalar", options: createOptions };
const likeArguments: Signature = { x: "tensor", options: createOptions };
const eyeArguments: Signature = { n: "size", m: "size?", options: createOptions };
const arangeArguments: Signature = {
  start: "finite",
  stop: "finite?",
  step: "finite?",
  options: createOptions,
};
const linspaceArguments: Signature = {
  start: "finite",
  end: "finite",
  steps: "size",
  options: createOptions,
};

/**
 * A tensor of the given elements, which are copied.
 *
 * Numbers get the default dtype (float32), booleans bool, typed arrays of integers int32 and those of floats float32 or
 * float64. With `dtype` they are converted as by `to`: truncated and clamped for int32, x ≠ 0 for bool.
 *
 * @param elements a number, nested arrays of numbers, a typed array or rows of them, the pixels of an `ImageData` (of shape
 * [height, width, 4]), or tensors, which are stacked and keep their history
 * @param options `shape`, `dtype`, and `requiresGrad` (false)
 * @throws if rows differ in length, the elements do not fill the shape, an element is not a number, or integers of a typed
 * array exceed int32 and there is no `dtype`
 *
 * @example
 * console.log(tensor([[1, 2], [3, 4]]).shape); //=> [ 2, 2 ]
 * console.log(tensor([1, 2, 3, 4], { shape: [2, 2], dtype: "int32" }).toArray()); //=> [ [ 1, 2 ], [ 3, 4 ] ]
 */
export function tensor(elements: TensorData | TensorList, options: TensorOptions = {}): Tensor {
  checkArguments("tensor", tensorArguments, arguments);
  return made(new Tensor(nodeOf(elements, options)), options.requiresGrad);
}

function nodeOf(elements: TensorData | TensorList, { shape, dtype }: TensorOptions): Node {
  if (!holdsTensor(elements)) {
    const parsed = parseData(elements as TensorData, shape, dtype);
    return data(parsed.array, parsed.shape, parsed.dtype);
  }
  const joined = join(elements);
  const typed = dtype ? cast(joined, dtype) : joined;
  return shape ? broadcasting.reshape(typed, checkShape("tensor", shape)) : typed;
}

/**
 * A tensor whose elements all are `value`.
 *
 * @param shape the shape
 * @param value a number, or a boolean for bool
 * @param options `dtype` (the default dtype, or bool) and `requiresGrad` (false)
 *
 * @example
 * console.log(full([2], 7).toArray()); //=> [ 7, 7 ]
 */
export function full(shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor {
  checkArguments("full", fullArguments, arguments);
  const { dtype, requiresGrad } = options;
  const type = dtype ?? (typeof value === "boolean" ? "bool" : getDefaultDtype());
  return made(new Tensor(broadcasting.expand(scalar(value, type), checkShape("full", shape))), requiresGrad);
}

/**
 * A tensor whose elements all are 0.
 *
 * @param shape the sizes, as a list or one by one
 * @param options `dtype` (the default dtype) and `requiresGrad` (false)
 *
 * @example
 * console.log(zeros(2, 3).toArray()); //=> [ [ 0, 0, 0 ], [ 0, 0, 0 ] ]
 */
export const zeros = ofShape<CreateOptions>("zeros", createOptions, (shape, options) =>
  full(shape, 0, options),
);

/**
 * A tensor whose elements all are 1.
 *
 * @param shape the sizes, as a list or one by one
 * @param options `dtype` (the default dtype) and `requiresGrad` (false)
 *
 * @example
 * console.log(ones([2]).toArray()); //=> [ 1, 1 ]
 */
export const ones = ofShape<CreateOptions>("ones", createOptions, (shape, options) =>
  full(shape, 1, options),
);

/**
 * A tensor whose elements all are `value`, with the shape and dtype of `x`.
 *
 * @example
 * console.log(fullLike(tensor([1, 2]), 7).toArray()); //=> [ 7, 7 ]
 */
export const fullLike = checked(
  "fullLike",
  fullLikeArguments,
  (x: Tensor, value: number, options: CreateOptions = {}): Tensor =>
    full(x.shape, value, { dtype: x.dtype, ...options }),
);

/**
 * A tensor whose elements all are 0, with the shape and dtype of `x`.
 *
 * @example
 * console.log(zerosLike(tensor([1, 2])).toArray()); //=> [ 0, 0 ]
 */
export const zerosLike = checked(
  "zerosLike",
  likeArguments,
  (x: Tensor, options: CreateOptions = {}): Tensor => fullLike(x, 0, options),
);

/**
 * A tensor whose elements all are 1, with the shape and dtype of `x`.
 *
 * @example
 * console.log(onesLike(tensor([1, 2])).toArray()); //=> [ 1, 1 ]
 */
export const onesLike = checked(
  "onesLike",
  likeArguments,
  (x: Tensor, options: CreateOptions = {}): Tensor => fullLike(x, 1, options),
);

/**
 * The n × m matrix with ones on its diagonal.
 *
 * @param n the number of rows
 * @param m the number of columns (n)
 * @param options `dtype` (the default dtype) and `requiresGrad` (false)
 *
 * @example
 * console.log(eye(2).toArray()); //=> [ [ 1, 0 ], [ 0, 1 ] ]
 */
export function eye(n: number, m = n, options: CreateOptions = {}): Tensor {
  checkArguments("eye", eyeArguments, arguments);
  const { dtype = getDefaultDtype(), requiresGrad } = options;
  checkShape("eye", [n, m]);
  return made(new Tensor(eyeNode(n, m, dtype)), requiresGrad);
}

/**
 * The numbers start, start + step, … below `stop`, computed in double precision; `arange(n)` gives 0 … n − 1.
 *
 * @param start the first number, or with a single argument the stop
 * @param stop the bound, which is excluded
 * @param step the difference of neighbours, which may be negative (1)
 * @param options `dtype` (the default dtype) and `requiresGrad` (false)
 * @throws if the step leads away from `stop`, or if int32 cannot represent the numbers
 *
 * @example
 * console.log(arange(3).toArray(), arange(1, 2, 0.5).toArray()); //=> [ 0, 1, 2 ] [ 1, 1.5 ]
 */
export function arange(start: number, stop?: number, step = 1, options: CreateOptions = {}): Tensor {
  checkArguments("arange", arangeArguments, arguments);
  const { dtype = getDefaultDtype(), requiresGrad } = options;
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.ceil((end - first) / step);
  if (!(count >= 0) || !Number.isFinite(count))
    fail("value", "arange", `no steps of ${step} lead from ${first} to ${end}`);
  const last = first + Math.max(0, count - 1) * step;
  if (dtype === "int32" && !(isInt32(Math.trunc(first)) && isInt32(Math.trunc(last))))
    fail(
      "value",
      "arange",
      `int32 does not hold all of ${first} … ${last}. Did you mean { dtype: "float64" }?`,
    );
  const [length] = checkShape("arange", [count]);
  const indices = iota([length!], 0, "float64");
  return made(new Tensor(cast(add(mul(indices, step), first), dtype)), requiresGrad);
}

/**
 * `steps` numbers at equal distances, computed in double precision. The first is exactly `start`, the last exactly `end`.
 *
 * @param start the first number
 * @param end the last number
 * @param steps how many numbers
 * @param options `dtype`, float32 or float64 (the default dtype), and `requiresGrad` (false)
 *
 * @example
 * console.log(linspace(0, 1, 5).toArray()); //=> [ 0, 0.25, 0.5, 0.75, 1 ]
 */
export function linspace(start: number, end: number, steps: number, options: CreateOptions = {}): Tensor {
  checkArguments("linspace", linspaceArguments, arguments);
  const { dtype = getDefaultDtype(), requiresGrad } = options;
  if (!Number.isInteger(steps) || steps < 0) fail("value", "linspace", `${steps} steps; give an integer ≥ 0`);
  if (!Number.isFinite(end - start))
    fail("value", "linspace", `from ${start} to ${end}: both and their difference must be finite`);
  if (!isFloat(dtype))
    fail("dtype", "linspace", `makes real numbers, so dtype ${dtype} must be float32 or float64`);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const indices = iota(checkShape("linspace", [steps]), 0, "float64");
  const up = add(mul(indices, step), start);
  const down = sub(end, mul(sub(steps - 1, indices), step));
  return made(
    new Tensor(cast(elementwiseOps.where(le(indices, (steps - 1) / 2), up, down), dtype)),
    requiresGrad,
  );
}

/**
 * Concatenates tensors along an existing axis; all other sizes must be equal.
 *
 * @param tensors the list of tensors
 * @param dim the axis (0)
 *
 * @example
 * console.log(cat([tensor([1, 2]), tensor([3])]).toArray()); //=> [ 1, 2, 3 ]
 */
export const cat = checked("cat", catArguments, lifted(catNodes));

/** Concatenates tensors along an existing axis: `cat`, by its name in NumPy. */
export const concat: typeof cat = checked("concat", catArguments, cat);

const stackedArguments: Signature = { tensors: "tensors" };

/**
 * Concatenates tensors along axis 0, vectors as rows, as in NumPy.
 *
 * @example
 * console.log(vstack([tensor([1, 2]), tensor([3, 4])]).toArray()); //=> [ [ 1, 2 ], [ 3, 4 ] ]
 */
export const vstack = checked(
  "vstack",
  stackedArguments,
  (tensors: readonly Tensor[]): Tensor => cat(tensors.map((x) => (x.ndim < 2 ? x.reshape([1, -1]) : x))),
);

/**
 * Concatenates tensors along axis 1, vectors along their only axis, as in NumPy.
 *
 * @example
 * console.log(hstack([tensor([[1], [2]]), tensor([[3], [4]])]).toArray()); //=> [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const hstack = checked("hstack", stackedArguments, (tensors: readonly Tensor[]): Tensor => {
  const rows = tensors.map((x) => (x.ndim === 0 ? x.reshape([1]) : x));
  return cat(rows, rows[0]?.ndim === 1 ? 0 : 1);
});

/**
 * Concatenates tensors of one shape along a new axis.
 *
 * @param tensors the list of tensors
 * @param dim the new axis (0)
 *
 * @example
 * console.log(stack([tensor([1, 2]), tensor([3, 4])], 1).toArray()); //=> [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const stack = checked("stack", stackArguments, lifted(stackNodes));

/**
 * The coordinates of the grid of vectors: for x of n elements and y of m, two tensors of shape [n, m].
 *
 * @param tensors the list of vectors
 * @param options `indexing`: `"ij"`, or `"xy"` to swap the first two axes (`"ij"`)
 *
 * @example
 * const [x, y] = meshgrid([tensor([1, 2]), tensor([3, 4])]);
 * console.log(x!.toArray(), y!.toArray()); //=> [ [ 1, 1 ], [ 2, 2 ] ] [ [ 3, 4 ], [ 3, 4 ] ]
 */
export const meshgrid = checked("meshgrid", meshgridArguments, lifted(meshgridNodes));

/**
 * `x` where `condition` is true, else `other`. The branch that is not taken affects neither the value nor the gradient,
 * even if it is NaN or infinite.
 *
 * @example
 * const x = tensor([4, -1]);
 * console.log(where(x.gt(0), x.sqrt(), 0).toArray()); //=> [ 2, 0 ]
 */
export const where = checked(
  "where",
  operandArguments(elementwiseOps.where.formula),
  lifted(elementwiseOps.where),
);

/**
 * A sum of products over axes named by letters, as in NumPy, with implicit results, diagonals and `...`.
 *
 * @param equation the axes of each operand, and after `->` those of the result
 * @param operands the tensors
 *
 * @example
 * const a = tensor([[1, 2], [3, 4]]);
 * console.log(einsum("ij,jk->ik", a, a).toArray()); //=> [ [ 7, 10 ], [ 15, 22 ] ]
 */
export const einsum = checked("einsum", einsumArguments, lifted(einsumNodes));

export type { TypedArray };
