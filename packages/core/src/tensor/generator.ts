import {
  checkArguments,
  checked,
  checkMethods,
  instanceOf,
  type Kind,
  type Signature,
} from "../arguments.ts";
import type { Node } from "../graph/node.ts";
import { type Key, scalar } from "../ops/source.ts";
import { Lifetime } from "./lifetime.ts";
import { dynamicNumber, sideEffect } from "./recorder.ts";

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

/** The random stream of calls without a `generator`. */
export const defaultGenerator = new Generator(0);

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

export const generatorKind = instanceOf(Generator, "a Generator", "new Generator(seed)");
