import { type DType, isFloat, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { cast } from "../ops/apply.ts";
import { stack as stackNodes } from "../ops/arrange.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { einsum as einsumNodes } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { meshgrid as meshgridNodes } from "../ops/grid.ts";
import { cat as catNodes } from "../ops/movement.ts";
import { data, iota, scalar } from "../ops/source.ts";
import { checkShape, type Shape } from "../shape.ts";
import { parseData, type TensorData } from "./nested.ts";
import { lifted, Tensor } from "./tensor.ts";

const { add, eq, mul } = elementwiseOps;

export interface CreateOptions {
  readonly dtype?: DType;
  /** Collect gradients here. */
  readonly requiresGrad?: boolean;
}

const made = (t: Tensor, requiresGrad = false): Tensor => {
  if (requiresGrad) t.requiresGrad = true;
  return t;
};

/**
 * A tensor of given elements: nested arrays, a number, or a typed array (whose elements are copied), which takes a
 * `shape`. Numbers become float32 and booleans bool unless `dtype` says otherwise.
 * @throws where rows differ in length, or the elements do not fill the shape.
 */
export function tensor(
  elements: TensorData,
  options: CreateOptions & { readonly shape?: Shape } = {},
): Tensor {
  const { array, shape, dtype } = parseData(elements, options.shape, options.dtype);
  return made(new Tensor(data(array, shape, dtype)), options.requiresGrad);
}

/** Every element `value`. */
export function full(
  shape: Shape,
  value: number | boolean,
  { dtype, requiresGrad }: CreateOptions = {},
): Tensor {
  const type = dtype ?? (typeof value === "boolean" ? "bool" : "float32");
  return made(new Tensor(broadcasting.expand(scalar(value, type), checkShape("full", shape))), requiresGrad);
}

/** Every element 0. */
export const zeros = (shape: Shape, options: CreateOptions = {}): Tensor => full(shape, 0, options);

/** Every element 1. */
export const ones = (shape: Shape, options: CreateOptions = {}): Tensor => full(shape, 1, options);

/** As `full`, with the shape and dtype of `x`. */
export const fullLike = (x: Tensor, value: number, options: CreateOptions = {}): Tensor =>
  full(x.shape, value, { dtype: x.dtype, ...options });

/** As `zeros`, with the shape and dtype of `x`. */
export const zerosLike = (x: Tensor, options: CreateOptions = {}): Tensor => fullLike(x, 0, options);

/** As `ones`, with the shape and dtype of `x`. */
export const onesLike = (x: Tensor, options: CreateOptions = {}): Tensor => fullLike(x, 1, options);

/** The n × m matrix with ones on its diagonal. */
export function eye(n: number, m = n, { dtype = "float32", requiresGrad }: CreateOptions = {}): Tensor {
  const on = eq(iota([n, m], 0, "int32"), iota([n, m], 1, "int32"));
  return made(new Tensor(cast(on, dtype)), requiresGrad);
}

/** start + i·step for i = 0 … count − 1, worked out in double precision. */
const progression = (start: number, step: number, count: number, dtype: DType): Tensor =>
  new Tensor(cast(add(mul(iota([count], 0, "float64"), step), start), dtype));

/** start, start + step, … up to and without stop; `arange(n)` is 0 … n − 1. float32 unless told. */
export function arange(
  start: number,
  stop?: number,
  step = 1,
  { dtype = "float32", requiresGrad }: CreateOptions = {},
): Tensor {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.ceil((end - first) / step);
  if (!(count >= 0) || !Number.isFinite(count))
    fail("value", "arange", `no steps of ${step} lead from ${first} to ${end}`);
  return made(progression(first, step, count, dtype), requiresGrad);
}

/** `steps` numbers from start to end, both included, equally far apart. */
export function linspace(
  start: number,
  end: number,
  steps: number,
  { dtype = "float32", requiresGrad }: CreateOptions = {},
): Tensor {
  if (!Number.isInteger(steps) || steps < 0)
    fail("value", "linspace", `${steps} steps; give a whole number ≥ 0`);
  if (!isFloat(dtype))
    fail("dtype", "linspace", `makes real numbers, so dtype ${dtype} must be float32 or float64`);
  return made(progression(start, steps > 1 ? (end - start) / (steps - 1) : 0, steps, dtype), requiresGrad);
}

/** Tensors joined along an axis that they have; all other sizes must agree. */
export const cat = lifted(catNodes);

/** Tensors of one shape joined along a new axis. */
export const stack = lifted(stackNodes);

/** The coordinates of the grid that vectors span: `meshgrid([x, y])` gives two [n, m] tensors; `indexing: "xy"` exchanges the first two axes. */
export const meshgrid = lifted(meshgridNodes);

/** `x` where `condition` holds, else `other`; the branch not taken leaves no trace in value or gradient. */
export const where = lifted(elementwiseOps.where);

/** Sums of products named by letters, as NumPy's: `einsum("ij,jk->ik", a, b)`; implicit results, diagonals and `...` included. */
export const einsum = lifted(einsumNodes);

export type { TypedArray };
