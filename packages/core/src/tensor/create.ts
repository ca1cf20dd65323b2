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
  readonly dtype?: DType;
  /** Collect gradients here. */
  readonly requiresGrad?: boolean;
}

/** What all functions that make a tensor may be told. */
export const createOptions = { dtype: "dtype", requiresGrad: "boolean" } as const satisfies Options;

/** A function of a shape, whose sizes may be given one by one too: `zeros([2, 3])` is `zeros(2, 3)`. */
export interface OfShape<O> {
  (shape: Shape, options?: O): Tensor;
  (...sizes: readonly number[]): Tensor;
  (...sizesAndOptions: readonly [...sizes: number[], options: O]): Tensor;
}

/** A function of a shape that looks at its arguments. */
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
  /** What the elements, in row-major order, are laid out in. */
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
 * A tensor of given elements, which are copied: a number, nested arrays of numbers, a typed array or rows of them, the
 * pixels of an `ImageData` ([height, width, 4]), or tensors, which are stacked and keep their history.
 *
 * Numbers have the default dtype (float32), booleans are bool, typed arrays of integers int32 and those of floats
 * float32 or float64. With `dtype` they are converted as `to` does: towards int32 truncated and clamped, towards bool
 * x ≠ 0.
 * @throws where rows differ in length, the elements do not fill the shape, something is no number, or whole numbers of
 * a typed array lie beyond int32 and no dtype is asked for.
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

/** Every element `value`. */
export function full(shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor {
  checkArguments("full", fullArguments, arguments);
  const { dtype, requiresGrad } = options;
  const type = dtype ?? (typeof value === "boolean" ? "bool" : getDefaultDtype());
  return made(new Tensor(broadcasting.expand(scalar(value, type), checkShape("full", shape))), requiresGrad);
}

/** Every element 0. */
export const zeros = ofShape<CreateOptions>("zeros", createOptions, (shape, options) =>
  full(shape, 0, options),
);

/** Every element 1. */
export const ones = ofShape<CreateOptions>("ones", createOptions, (shape, options) =>
  full(shape, 1, options),
);

/** As `full`, with the shape and dtype of `x`. */
export const fullLike = checked(
  "fullLike",
  fullLikeArguments,
  (x: Tensor, value: number, options: CreateOptions = {}): Tensor =>
    full(x.shape, value, { dtype: x.dtype, ...options }),
);

/** As `zeros`, with the shape and dtype of `x`. */
export const zerosLike = checked(
  "zerosLike",
  likeArguments,
  (x: Tensor, options: CreateOptions = {}): Tensor => fullLike(x, 0, options),
);

/** As `ones`, with the shape and dtype of `x`. */
export const onesLike = checked(
  "onesLike",
  likeArguments,
  (x: Tensor, options: CreateOptions = {}): Tensor => fullLike(x, 1, options),
);

/** The n × m matrix with ones on its diagonal. */
export function eye(n: number, m = n, options: CreateOptions = {}): Tensor {
  checkArguments("eye", eyeArguments, arguments);
  const { dtype = getDefaultDtype(), requiresGrad } = options;
  checkShape("eye", [n, m]);
  return made(new Tensor(eyeNode(n, m, dtype)), requiresGrad);
}

/** start, start + step, … up to and without stop, in double precision; `arange(n)` is 0 … n − 1. float32 unless told. */
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
  const places = iota([length as number], 0, "float64");
  return made(new Tensor(cast(add(mul(places, step), first), dtype)), requiresGrad);
}

/** `steps` numbers from start to end, both included to the bit, equally far apart; computed in double precision. */
export function linspace(start: number, end: number, steps: number, options: CreateOptions = {}): Tensor {
  checkArguments("linspace", linspaceArguments, arguments);
  const { dtype = getDefaultDtype(), requiresGrad } = options;
  if (!Number.isInteger(steps) || steps < 0)
    fail("value", "linspace", `${steps} steps; give a whole number ≥ 0`);
  if (!Number.isFinite(end - start))
    fail("value", "linspace", `from ${start} to ${end}: both and their difference must be finite`);
  if (!isFloat(dtype))
    fail("dtype", "linspace", `makes real numbers, so dtype ${dtype} must be float32 or float64`);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const places = iota(checkShape("linspace", [steps]), 0, "float64");
  const up = add(mul(places, step), start);
  const down = sub(end, mul(sub(steps - 1, places), step));
  return made(
    new Tensor(cast(elementwiseOps.where(le(places, (steps - 1) / 2), up, down), dtype)),
    requiresGrad,
  );
}

/** Tensors joined along an axis that they have; all other sizes must agree. */
export const cat = checked("cat", catArguments, lifted(catNodes));

/** Tensors joined along an axis that they have, as `cat`. */
export const concat: typeof cat = checked("concat", catArguments, cat);

const stackedArguments: Signature = { tensors: "tensors" };

/** Tensors joined along axis 0, vectors as rows: as NumPy's. */
export const vstack = checked(
  "vstack",
  stackedArguments,
  (tensors: readonly Tensor[]): Tensor => cat(tensors.map((x) => (x.ndim < 2 ? x.reshape([1, -1]) : x))),
);

/** Tensors joined along axis 1, vectors along their only one: as NumPy's. */
export const hstack = checked("hstack", stackedArguments, (tensors: readonly Tensor[]): Tensor => {
  const rows = tensors.map((x) => (x.ndim === 0 ? x.reshape([1]) : x));
  return cat(rows, rows[0]?.ndim === 1 ? 0 : 1);
});

/** Tensors of one shape joined along a new axis. */
export const stack = checked("stack", stackArguments, lifted(stackNodes));

/** The coordinates of the grid that vectors span: `meshgrid([x, y])` gives two [n, m] tensors; `indexing: "xy"` exchanges the first two axes. */
export const meshgrid = checked("meshgrid", meshgridArguments, lifted(meshgridNodes));

/** `x` where `condition` holds, else `other`; the branch not taken leaves no trace in value or gradient. */
export const where = checked(
  "where",
  operandArguments(elementwiseOps.where.formula),
  lifted(elementwiseOps.where),
);

/** Sums of products named by letters, as NumPy's: `einsum("ij,jk->ik", a, b)`; implicit results, diagonals and `...` included. */
export const einsum = checked("einsum", einsumArguments, lifted(einsumNodes));

export type { TypedArray };
