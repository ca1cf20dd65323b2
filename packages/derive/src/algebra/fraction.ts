const magnitude = (x: bigint): bigint => (x < 0n ? -x : x);
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? magnitude(a) : gcd(b, a % b));

/** An exact rational number in lowest terms, with a positive denominator. */
export class Fraction {
  static readonly zero = new Fraction(0n);
  static readonly one = new Fraction(1n);

  readonly numerator: bigint;
  readonly denominator: bigint;

  constructor(numerator: bigint, denominator = 1n) {
    const common = gcd(numerator, denominator) * (denominator < 0n ? -1n : 1n);
    this.numerator = numerator / common;
    this.denominator = denominator / common;
  }

  /** The number that the shortest decimal notation of a double states. */
  static ofDecimal(x: number): Fraction {
    const [digits, exponent = "0"] = String(x).split("e");
    const [whole, decimals = ""] = digits!.split(".");
    const shift = Number(exponent) - decimals.length;
    const scale = 10n ** BigInt(Math.abs(shift));
    const all = BigInt(whole! + decimals);
    return shift < 0 ? new Fraction(all, scale) : new Fraction(all * scale);
  }

  add(other: Fraction): Fraction {
    return new Fraction(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  mul(other: Fraction): Fraction {
    return new Fraction(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  neg(): Fraction {
    return new Fraction(-this.numerator, this.denominator);
  }

  /** @throws a `RangeError` for 0 */
  reciprocal(): Fraction {
    return new Fraction(this.denominator, this.numerator);
  }

  pow(exponent: number): Fraction {
    const n = BigInt(Math.abs(exponent));
    const power = new Fraction(this.numerator ** n, this.denominator ** n);
    return exponent < 0 ? power.reciprocal() : power;
  }

  get isZero(): boolean {
    return this.numerator === 0n;
  }

  get isOne(): boolean {
    return this.numerator === 1n && this.denominator === 1n;
  }

  get isNegative(): boolean {
    return this.numerator < 0n;
  }

  get isInteger(): boolean {
    return this.denominator === 1n;
  }

  /** Whether it reads better in decimals: the denominator is a large product of 2s and 5s. */
  get isDecimal(): boolean {
    return (
      this.denominator > 8n && 10n ** BigInt(String(this.denominator).length * 4) % this.denominator === 0n
    );
  }

  abs(): Fraction {
    return this.isNegative ? this.neg() : this;
  }

  /** The largest fraction of which both are integer multiples. */
  commonDivisor(other: Fraction): Fraction {
    return new Fraction(
      gcd(this.numerator * other.denominator, other.numerator * this.denominator),
      this.denominator * other.denominator,
    );
  }

  toNumber(): number {
    return Number(this.numerator) / Number(this.denominator);
  }

  toString(): string {
    return this.isInteger ? String(this.numerator) : `${this.numerator}/${this.denominator}`;
  }
}
