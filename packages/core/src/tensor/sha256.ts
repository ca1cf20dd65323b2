/** SHA-256 [FIPS 180-4], synchronous and without the host's cryptography, which browsers offer only asynchronously. */

/** ⌊ⁿ√x⌋, by Newton's method from above. */
function integerRoot(x: bigint, n: bigint): bigint {
  let root = x;
  for (let next = 1n << 48n; next < root; next = ((n - 1n) * root + x / root ** (n - 1n)) / n) root = next;
  return root;
}

/** The first 32 bits of the fractions of the n-th roots of the first `count` primes. */
function fractionsOfRoots(count: number, n: bigint): Int32Array {
  const primes: bigint[] = [];
  for (let p = 2n; primes.length < count; p++) if (primes.every((q) => p % q !== 0n)) primes.push(p);
  return Int32Array.from(primes, (p) => Number(BigInt.asIntN(32, integerRoot(p << (32n * n), n))));
}

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

const blockBytes = 64;

/** The hash of bytes that are given piece by piece. */
export class Sha256 {
  readonly #roundConstants = fractionsOfRoots(64, 3n);
  readonly #state = fractionsOfRoots(8, 2n);
  readonly #block = new Uint8Array(blockBytes);
  readonly #schedule = new Int32Array(64);
  #length = 0;

  update(bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; ) {
      const used = this.#length % blockBytes;
      const part = bytes.subarray(at, at + blockBytes - used);
      this.#block.set(part, used);
      this.#length += part.length;
      at += part.length;
      if (this.#length % blockBytes === 0) this.#compress();
    }
    return this;
  }

  /** The 64 hexadecimal digits of the hash. Nothing may be added afterwards. */
  digest(): string {
    const bits = this.#length * 8;
    const lengthAt = blockBytes - 8;
    const used = (this.#length + 1) % blockBytes;
    const zeros = (used <= lengthAt ? lengthAt : lengthAt + blockBytes) - used;
    const end = new DataView(new ArrayBuffer(1 + zeros + 8));
    end.setUint8(0, 0x80);
    end.setBigUint64(1 + zeros, BigInt(bits));
    this.update(new Uint8Array(end.buffer));
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** Adds the full block to the state, by the names of FIPS 180-4, 6.2.2. */
  #compress(): void {
    const w = this.#schedule;
    const words = new DataView(this.#block.buffer);
    for (let t = 0; t < 16; t++) w[t] = words.getInt32(4 * t);
    for (let t = 16; t < 64; t++) {
      const [x, y] = [w[t - 15]!, w[t - 2]!];
      const σ0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const σ1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[t] = σ1 + w[t - 7]! + σ0 + w[t - 16]!;
    }
    const [k, state] = [this.#roundConstants, this.#state];
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t++) {
      const Σ1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const Σ0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const T1 = h + Σ1 + ((e & f) ^ (~e & g)) + k[t]! + w[t]!;
      const T2 = Σ0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + T1) | 0, c, b, a, (T1 + T2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = state[i]! + word;
    });
  }
}
