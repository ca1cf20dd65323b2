import {
  checkArguments,
  checked,
  checkMethods,
  instanceOf,
  type Kind,
  type Options,
  type Signature,
} from "../arguments.ts";
import * as draw from "../compositions/random.ts";
import { getDefaultDtype, isFloat, toFloating } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { elementwise } from "../ops/apply.ts";
import { type Key, scalar } from "../ops/source.ts";
import { le } from "../scalar/primitives.ts";
import { broadcast, type Shape } from "../shape.ts";
import { type CreateOptions, createOptions, ofShape, tensor } from "./create.ts";
import { Lifetime } from "./lifetime.ts";
import { dynamicNumber, sideEffect } from "./recorder.ts";
import { lifted, Tensor, type TensorLike } from "./tensor.ts";

/** The keys that a function draws: new ones, which are recorded, or recorded ones. */
type KeyLog = (make: () => Key) => Key;
let keyLog: KeyLog = (make) => make();

/** Runs `f` and records in `keys` the keys that it draws, or replays them. */
export function replayKeys<T>(keys: Key[], mode: "record" | "replay", f: () => T): T {
  const outer = keyLog;
  let next = 0;
  keyLog = (make) => {
    const key = (mode === "replay" && keys[next++]) || outer(make);
    if (mode === "record") keys.push(key);
    return key;
  };
  try {
    return f();
  } finally {
    keyLog = outer;
  }
}

const keyWord = (drawn: Node | number): Node => (typeof drawn === "number" ? scalar(drawn, "int32") : drawn);

/** Integers of 64 bits, as numbers or bigints. */
const seedKind: Kind = {
  holds: (x) =>
    typeof x === "bigint"
      ? BigInt.asUintN(64, x) === x || BigInt.asIntN(64, x) === x
      : Number.isInteger(x) && Math.abs(x as number) < 2 ** 64,
  message: "an integer of at most 64 bits",
};
const seedArguments: Signature = { seed: seedKind };

/** The lower and the upper 32 bits of a seed. */
const halves = (seed: number | bigint): readonly [number, number] =>
  typeof seed === "number"
    ? [seed | 0, Math.floor(seed / 2 ** 32) | 0]
    : [Number(BigInt.asIntN(32, seed)), Number(BigInt.asIntN(32, seed >> 32n))];

/** Mixes the upper half of a seed into 32 bits for each n; 0 for the upper half 0. [Appleby's MurmurHash3 finalizer] */
function mixHighWord(high: number, n: number): number {
  if (high === 0) return 0;
  let h = (Math.imul(high, 0x9e3779b9) + n) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A stream of random numbers. The same seed gives the same stream on every machine and backend.
 *
 * @example
 * const generator = new Generator(1);
 * const [a, b] = [rand([2], { generator }), rand([2], { generator: new Generator(1) })];
 * console.log(a.equal(b)); //=> true
 */
export class Generator {
  #seed = halves(0);
  #count = 0;
  readonly #lifetime = new Lifetime(this, "Generator");

  /** @param seed an integer of at most 64 bits, as a bigint beyond 2⁵³ */
  constructor(seed: number | bigint) {
    checkArguments("Generator", seedArguments, arguments);
    this.manualSeed(seed);
  }

  /** Restarts the stream with a seed: an integer of at most 64 bits, as a bigint beyond 2⁵³. */
  manualSeed(seed: number | bigint): void {
    let before = [this.#seed, this.#count] as const;
    const go = (to: readonly [readonly [number, number], number]) => {
      before = [this.#seed, this.#count];
      [this.#seed, this.#count] = to;
    };
    this.#lifetime.within(() =>
      sideEffect(
        () => go([halves(seed), 0]),
        () => go(before),
      ),
    );
  }

  /** The next key of the stream. */
  nextKey(): Key {
    const first = () => this.#seed[0] ^ mixHighWord(this.#seed[1], 2 * this.#count);
    const second = () => this.#count ^ mixHighWord(this.#seed[1], 2 * this.#count++ + 1);
    const back = () => {
      this.#count--;
    };
    const key = (): Key => [
      keyWord(dynamicNumber(first, "int32")),
      keyWord(dynamicNumber(second, "int32", back)),
    ];
    return keyLog(() => this.#lifetime.within(key));
  }
}

checkMethods(Generator.prototype, { manualSeed: seedArguments, nextKey: {} });

const defaultGenerator = new Generator(0);

/**
 * Restarts the default random stream, which is used by calls without a `generator`.
 *
 * @param seed an integer of at most 64 bits, as a bigint beyond 2⁵³
 *
 * @example
 * manualSeed(1);
 * const a = randn([2]);
 * manualSeed(1);
 * console.log(a.equal(randn([2]))); //=> true
 */
export const manualSeed = checked("manualSeed", seedArguments, (seed: number | bigint): void =>
  defaultGenerator.manualSeed(seed),
);

/** Options of all functions that draw random numbers. */
export interface RandomOptions extends CreateOptions {
  /** The stream to draw from (the default one). */
  readonly generator?: Generator;
}

export const generatorKind = instanceOf(Generator, "a Generator", "new Generator(seed)");
export const randomOptions = { ...createOptions, generator: generatorKind } as const satisfies Options;

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
export const rand = ofShape<RandomOptions>("rand", randomOptions, (shape, options = {}) =>
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
export const randn = ofShape<RandomOptions>("randn", randomOptions, (shape, options = {}) =>
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
  if (!Number.isInteger(n) || n < 0) fail("value", "permutation", `of ${n} numbers; give an integer ≥ 0`);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const u = new Tensor(draw.uniform([n], keyOf(options), "float64")).data();
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(u[i]! * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return tensor(order);
}

/** The integers 0 … n − 1 in random order: `permutation`, by its name in PyTorch. */
export const randperm: typeof permutation = checked("randperm", permutationArguments, permutation);

const randomLikeArguments: Signature = { x: "tensor", options: randomOptions };

/**
 * Random numbers, uniform on [0, 1), with the shape and dtype of `x`.
 *
 * @example
 * console.log(randLike(zeros(2, 3)).shape); //=> [ 2, 3 ]
 */
export const randLike = checked(
  "randLike",
  randomLikeArguments,
  (x: Tensor, options: RandomOptions = {}): Tensor => rand(x.shape, { dtype: x.dtype, ...options }),
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
  (x: Tensor, options: RandomOptions = {}): Tensor => randn(x.shape, { dtype: x.dtype, ...options }),
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
  options: randomOptions,
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
