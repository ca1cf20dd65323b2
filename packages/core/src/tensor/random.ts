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

/** Gives the keys that a function draws: made anew and noted down, or those noted down before. */
type KeyLog = (make: () => Key) => Key;
let keyLog: KeyLog = (make) => make();

/** Runs `f` while the keys it draws are recorded in `keys`, or are those recorded there. */
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

/** Whole numbers of 64 bits, as numbers or bigints. */
const seedKind: Kind = {
  holds: (x) =>
    typeof x === "bigint"
      ? BigInt.asUintN(64, x) === x || BigInt.asIntN(64, x) === x
      : Number.isInteger(x) && Math.abs(x as number) < 2 ** 64,
  message: "a whole number of at most 64 bits",
};
const seedArguments: Signature = { seed: seedKind };

/** The lower and the upper 32 bits of a seed. */
const halves = (seed: number | bigint): readonly [number, number] =>
  typeof seed === "number"
    ? [seed | 0, Math.floor(seed / 2 ** 32) | 0]
    : [Number(BigInt.asIntN(32, seed)), Number(BigInt.asIntN(32, seed >> 32n))];

/** A word for each n that tells upper halves of seeds apart; 0 for the upper half 0. [Appleby's MurmurHash3 finalizer] */
function mixHighWord(high: number, n: number): number {
  if (high === 0) return 0;
  let h = (Math.imul(high, 0x9e3779b9) + n) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A stream of random keys: the same seed gives the same stream everywhere. */
export class Generator {
  #seed = halves(0);
  #count = 0;
  readonly #lifetime = new Lifetime(this, "Generator");

  constructor(seed: number | bigint) {
    checkArguments("Generator", seedArguments, arguments);
    this.manualSeed(seed);
  }

  /** Starts the stream of `seed`, a whole number of at most 64 bits (a bigint beyond 2⁵³), from its beginning. */
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

  /** The next key, never given before. */
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

/** Starts the shared random stream, which is used where no generator is given. */
export const manualSeed = checked("manualSeed", seedArguments, (seed: number | bigint): void =>
  defaultGenerator.manualSeed(seed),
);

/** Options of all functions that draw random numbers. */
export interface RandomOptions extends CreateOptions {
  /** Where to draw from instead of the shared stream. */
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

/** Uniform on [0, 1). */
export const rand = ofShape<RandomOptions>("rand", randomOptions, (shape, options = {}) =>
  finish(new Tensor(draw.uniform(shape, keyOf(options), options.dtype ?? getDefaultDtype())), options),
);

/** Standard normal. */
export const randn = ofShape<RandomOptions>("randn", randomOptions, (shape, options = {}) =>
  finish(new Tensor(draw.normal(shape, keyOf(options), options.dtype ?? getDefaultDtype())), options),
);

/**
 * Whole numbers from low to high − 1: int32, or float64 where int32 does not hold them, unless told.
 * @throws where the dtype does not hold all of them.
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

/** 1 with probability p (a float tensor), else 0. */
export function bernoulli(p: Tensor, options: RandomOptions = {}): Tensor {
  checkArguments("bernoulli", bernoulliArguments, arguments);
  if (!isFloat(p.dtype))
    fail("dtype", "bernoulli", `probabilities are ${p.dtype}; they must be float32 or float64`);
  return finish(new Tensor(draw.bernoulli(p.node, keyOf(options))).detach(), options);
}

/** The numbers 0 … n − 1 in random order (int32). [Fisher & Yates 1938] */
export function permutation(n: number, options: RandomOptions = {}): Tensor {
  checkArguments("permutation", permutationArguments, arguments);
  if (!Number.isInteger(n) || n < 0) fail("value", "permutation", `of ${n} numbers; give a whole number ≥ 0`);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const u = new Tensor(draw.uniform([n], keyOf(options), "float64")).data();
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((u[i] as number) * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return tensor(order);
}

/** The numbers 0 … n − 1 in random order, as `permutation`. */
export const randperm: typeof permutation = checked("randperm", permutationArguments, permutation);

const randomLikeArguments: Signature = { x: "tensor", options: randomOptions };

/** As `rand`, with the shape and dtype of `x`. */
export const randLike = checked(
  "randLike",
  randomLikeArguments,
  (x: Tensor, options: RandomOptions = {}): Tensor => rand(x.shape, { dtype: x.dtype, ...options }),
);

/** As `randn`, with the shape and dtype of `x`. */
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
 * Normal with a mean and a standard deviation: numbers, which need a `shape`, or tensors, which broadcast to that of the
 * result. @throws where a number is no such, a deviation is negative, or, at the latest when it is evaluated, one in a tensor.
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
