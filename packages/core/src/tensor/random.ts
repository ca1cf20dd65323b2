import { checkArguments, checked, type Options, type Signature } from "../arguments.ts";
import * as draw from "../compositions/random.ts";
import { getDefaultDtype, isFloat, toFloating } from "../dtype.ts";
import { fail, partOf } from "../errors.ts";
import { elementwise } from "../ops/apply.ts";
import type { Key } from "../ops/source.ts";
import { le } from "../scalar/primitives.ts";
import { broadcast, type Shape } from "../shape.ts";
import { tensor } from "./create.ts";
import { type CreateOptions, createOptions, ofShape } from "./create-options.ts";
import { defaultGenerator, type Generator, generatorKind } from "./generator.ts";
import { lifted, Tensor, type TensorLike } from "./tensor.ts";

/** Options of all functions that draw random numbers. */
export interface RandomOptions extends CreateOptions {
  /** The stream to draw from (the default one). */
  readonly generator?: Generator;
}

const randomOptions = { ...createOptions, generator: generatorKind } as const satisfies Options;
const floatOptions = { ...randomOptions, dtype: "float dtype" } as const satisfies Options;

const randintArguments: Signature = {
  low: "finite",
  high: "finite",
  shape: "shape",
  options: randomOptions,
};
const bernoulliArguments: Signature = { p: "tensor", options: randomOptions };
const permutationArguments: Signature = { n: "size", options: randomOptions };

const keyOf = ({ generator = defaultGenerator }: RandomOptions): Key => generator.nextKey();

function finish(t: Tensor, { requiresGrad = false }: RandomOptions): Tensor {
  if (requiresGrad) t.requiresGrad = true;
  return t;
}

/**
 * Random numbers, uniform on [0, 1).
 *
 * @param shape the sizes, as a list or one by one
 * @param options `dtype`, float32 or float64 (the default dtype), `generator` and `requiresGrad` (false)
 *
 * @example
 * console.log(rand(2, 3).shape); //=> [ 2, 3 ]
 */
export const rand = ofShape<RandomOptions>("rand", floatOptions, (shape, options = {}) =>
  finish(new Tensor(draw.uniform(shape, keyOf(options), options.dtype ?? getDefaultDtype())), options),
);

/**
 * Random numbers of the standard normal distribution.
 *
 * @param shape the sizes, as a list or one by one
 * @param options `dtype`, float32 or float64 (the default dtype), `generator` and `requiresGrad` (false)
 *
 * @example
 * console.log(randn([2, 3]).shape); //=> [ 2, 3 ]
 */
export const randn = ofShape<RandomOptions>("randn", floatOptions, (shape, options = {}) =>
  finish(new Tensor(draw.normal(shape, keyOf(options), options.dtype ?? getDefaultDtype())), options),
);

/**
 * Random integers from low to high − 1.
 *
 * @param low the smallest integer
 * @param high the bound, which is excluded
 * @param shape the shape
 * @param options `dtype` (int32, or float64 if int32 cannot represent them), `generator` and `requiresGrad` (false)
 * @throws if the dtype cannot represent all of them
 *
 * @example
 * console.log(randint(0, 1, [3]).toArray()); //=> [ 0, 0, 0 ]
 */
export const randint = checked(
  "randint",
  randintArguments,
  (low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor =>
    finish(
      new Tensor(
        draw.randomIntegers(low, high, shape, keyOf(options), options.dtype ?? draw.integerDType(low, high)),
      ),
      options,
    ),
);

/**
 * 1 with probability p, else 0.
 *
 * @param p the probabilities, a float tensor
 * @param options `generator` and `requiresGrad` (false)
 * @returns a tensor of the shape and dtype of p
 *
 * @example
 * console.log(bernoulli(tensor([0, 1])).toArray()); //=> [ 0, 1 ]
 */
export function bernoulli(p: Tensor, options: RandomOptions = {}): Tensor {
  checkArguments("bernoulli", bernoulliArguments, arguments);
  if (!isFloat(p.dtype))
    fail("dtype", "bernoulli", `probabilities are ${p.dtype}; they must be float32 or float64`);
  return finish(new Tensor(draw.bernoulli(p.node, keyOf(options))).detach(), options);
}

/**
 * The integers 0 … n − 1 in random order, as int32. [Fisher & Yates 1938]
 *
 * @param n how many
 * @param options `generator`
 *
 * @example
 * console.log(permutation(10).sum().item()); //=> 45
 */
export function permutation(n: number, options: RandomOptions = {}): Tensor {
  checkArguments("permutation", permutationArguments, arguments);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const u = new Tensor(draw.uniform([n], keyOf(options), "float64")).data();
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(u[i]! * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return tensor(order);
}

/**
 * The integers 0 … n − 1 in random order: `permutation`, by its name in PyTorch.
 *
 * @param n how many
 * @param options `generator`
 *
 * @example
 * console.log(randperm(10).sum().item()); //=> 45
 */
export const randperm: typeof permutation = checked("randperm", permutationArguments, permutation);

const randomLikeArguments: Signature = { x: "tensor", options: floatOptions };

/**
 * Random numbers, uniform on [0, 1), with the shape and dtype of `x`.
 *
 * @example
 * console.log(randLike(zeros(2, 3)).shape); //=> [ 2, 3 ]
 */
export const randLike = checked(
  "randLike",
  randomLikeArguments,
  partOf(
    "randLike",
    (x: Tensor, options: RandomOptions = {}): Tensor => rand(x.shape, { dtype: x.dtype, ...options }),
  ),
);

/**
 * Random numbers of the standard normal distribution, with the shape and dtype of `x`.
 *
 * @example
 * console.log(randnLike(zeros(2, 3)).shape); //=> [ 2, 3 ]
 */
export const randnLike = checked(
  "randnLike",
  randomLikeArguments,
  partOf(
    "randnLike",
    (x: Tensor, options: RandomOptions = {}): Tensor => randn(x.shape, { dtype: x.dtype, ...options }),
  ),
);

const deviations = lifted(
  elementwise("normal", {
    f: (std) => std,
    d: () => [1],
    require: { holds: (std) => le(0, std), message: "standard deviations must not be negative" },
  }),
);

const normalArguments: Signature = {
  mean: "operand",
  std: "operand",
  shape: "shape?",
  options: floatOptions,
};

/**
 * Random numbers of the normal distribution: mean + std·z with z standard normal.
 *
 * @param mean the mean, a number or a tensor
 * @param std the standard deviation, a number or a tensor
 * @param shape the shape (that to which mean and std broadcast; necessary for two numbers)
 * @param options `dtype` (that of mean or std, else the default dtype), `generator` and `requiresGrad` (false)
 * @throws if a standard deviation is negative; for one in a tensor at the latest when the result is computed
 *
 * @example
 * console.log(normal(tensor([1, 2]), 0).toArray()); //=> [ 1, 2 ]
 */
export function normal(
  mean: TensorLike,
  std: TensorLike,
  shape?: Shape,
  options: RandomOptions = {},
): Tensor {
  checkArguments("normal", normalArguments, arguments);
  if (typeof std === "number" && !(std >= 0))
    fail("value", "normal", `the standard deviation ${std} must be ≥ 0`);
  const tensors = [mean, std].filter((x) => x instanceof Tensor);
  if (!shape && tensors.length === 0)
    fail("shape", "normal", "of numbers needs a shape. Did you mean normal(mean, std, [2, 3])?");
  const size =
    shape ??
    broadcast(
      "normal",
      tensors.map((x) => x.shape),
    );
  const deviation = std instanceof Tensor ? deviations(std) : std;
  return randn(size, { ...(tensors[0] && { dtype: toFloating(tensors[0].dtype) }), ...options })
    .mul(deviation)
    .add(mean);
}
