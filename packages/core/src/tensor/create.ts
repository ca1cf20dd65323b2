import { checkArguments, checked, type Kind, type Signature } from "../arguments.ts";
import { eye as eyeNode } from "../compositions/matrix.ts";
import { getDefaultDtype, isInt32 } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { data, iota, scalar } from "../ops/source.ts";
import { checkShape, type Shape } from "../shape.ts";
import { type CreateOptions, createOptions, ofShape } from "./create-options.ts";
import { holdsTensor, join, type TensorList } from "./join.ts";
import { parseData, type TensorData } from "./nested.ts";
import { Tensor } from "./tensor.ts";

const { add, le, mul, sub } = elementwiseOps;

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
  options: { ...createOptions, dtype: "float dtype" },
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
    if (typeof elements !== "object" && parsed.shape.length === 0)
      return scalar(parsed.array[0]!, parsed.dtype);
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
  if (!Number.isFinite(end - start))
    fail("value", "linspace", `from ${start} to ${end}: both and their difference must be finite`);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const indices = iota(checkShape("linspace", [steps]), 0, "float64");
  const up = add(mul(indices, step), start);
  const down = sub(end, mul(sub(steps - 1, indices), step));
  return made(
    new Tensor(cast(elementwiseOps.where(le(indices, (steps - 1) / 2), up, down), dtype)),
    requiresGrad,
  );
}
