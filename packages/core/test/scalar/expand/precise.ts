import * as special from "../../../src/scalar/special.ts";

/**
 * The functions in 256 bits, as a truth that shares nothing with the code it judges: Taylor's series, one step of Newton's or
 * Halley's method from the engine's `Math`, and a continued fraction for erfc.
 */

const bits = 256;

/** m·2ᵉ. */
export interface Big {
  readonly m: bigint;
  readonly e: number;
}

const lengthOf = (m: bigint): number => (m < 0n ? -m : m).toString(16).length * 4;

/** Drops the bits beyond the precision. */
function big(m: bigint, e: number): Big {
  const extra = lengthOf(m) - bits;
  return extra > 0 ? { m: m >> BigInt(extra), e: e + extra } : { m, e };
}

const shifted = (m: bigint, by: number): bigint => (by >= 0 ? m << BigInt(by) : m >> BigInt(-by));

/** A finite double, exactly. */
export function fromNumber(x: number): Big {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const word = view.getBigUint64(0);
  const field = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const m = field === 0 ? fraction : fraction | 0x10000000000000n;
  return big(word >> 63n ? -m : m, Math.max(field, 1) - 1075);
}

/** The nearest double or, at the ends of the range, one next to it. */
export function toNumber({ m, e }: Big): number {
  const extra = Math.max(0, lengthOf(m) - 64);
  const scale = e + extra;
  const x = Number(shifted(m, -extra));
  return scale < -900 ? x * 2 ** (scale + 600) * 2 ** -600 : x * 2 ** scale;
}

export function add(a: Big, b: Big): Big {
  if (a.m === 0n) return b;
  if (b.m === 0n) return a;
  const [high, low] = a.e + lengthOf(a.m) >= b.e + lengthOf(b.m) ? [a, b] : [b, a];
  const e = Math.max(Math.min(high.e, low.e), high.e + lengthOf(high.m) - 2 * bits);
  return big(shifted(high.m, high.e - e) + shifted(low.m, low.e - e), e);
}

export const neg = ({ m, e }: Big): Big => ({ m: -m, e });
export const sub = (a: Big, b: Big): Big => add(a, neg(b));
export const mul = (a: Big, b: Big): Big => big(a.m * b.m, a.e + b.e);
export const times2 = ({ m, e }: Big, k: number): Big => ({ m, e: e + k });

export function div(a: Big, b: Big): Big {
  const by = bits + lengthOf(b.m) - lengthOf(a.m) + 8;
  return big(shifted(a.m, by) / b.m, a.e - b.e - by);
}

export function sqrt(a: Big): Big {
  if (a.m === 0n) return a;
  const by = 2 * bits + (a.e & 1);
  const n = a.m << BigInt(by);
  let r = 1n << BigInt((lengthOf(n) >> 1) + 1);
  for (let next = (r + n / r) >> 1n; next < r; next = (r + n / r) >> 1n) r = next;
  return big(r, (a.e - by) / 2);
}

const n = (x: number): Big => fromNumber(x);
export const one = n(1);
export const size = ({ m, e }: Big): number => (m === 0n ? Number.NEGATIVE_INFINITY : e + lengthOf(m));

/** Σ terms, each made from the one before, until they no longer matter. */
export function series(
  first: Big,
  next: (term: Big, k: number) => Big,
  weight: (term: Big, k: number) => Big,
): Big {
  let sum = weight(first, 0);
  let term = first;
  for (let k = 1; size(term) > size(sum) - bits && term.m !== 0n; k++) {
    term = next(term, k);
    sum = add(sum, weight(term, k));
  }
  return sum;
}

const plain = (term: Big): Big => term;

/** arctan(1/k). */
const arctanOfInverse = (k: number): Big =>
  series(
    div(one, n(k)),
    (t) => neg(div(t, n(k * k))),
    (t, i) => div(t, n(2 * i + 1)),
  );
export const pi = sub(times2(arctanOfInverse(5), 4), times2(arctanOfInverse(239), 2)); // Machin 1706
/** 2 artanh(1/3). */
export const ln2 = series(
  div(n(2), n(3)),
  (t) => div(t, n(9)),
  (t, i) => div(t, n(2 * i + 1)),
);

/** Beyond, eˣ is further from every double than any function of it can bring back. */
const maxExponent = 1e5;

export function exp(x: Big): Big {
  const near = toNumber(x);
  if (Math.abs(near) > maxExponent) return { m: 1n, e: 2 * maxExponent * Math.sign(near) };
  const k = Math.round(near / Math.LN2);
  const r = times2(sub(x, mul(n(k), ln2)), -12);
  let y = series(one, (t, i) => div(mul(t, r), n(i)), plain);
  for (let i = 0; i < 12; i++) y = mul(y, y);
  return times2(y, k);
}

export const expm1 = (x: Big): Big =>
  size(x) > -40 ? sub(exp(x), one) : series(x, (t, i) => div(mul(t, x), n(i + 1)), plain);

export function log(x: Big): Big {
  const k = size(x);
  const m = times2(x, -k);
  const y = n(Math.log(toNumber(m)) + (k > -2 && k < 6 ? k * Math.LN2 : 0));
  const [value, rest] = k > -2 && k < 6 ? [x, 0] : [m, k];
  const e = exp(y);
  return add(add(y, times2(div(sub(value, e), add(value, e)), 1)), mul(n(rest), ln2));
}

export const log1p = (x: Big): Big =>
  size(x) > -40
    ? log(add(one, x))
    : series(
        x,
        (t) => neg(mul(t, x)),
        (t, i) => div(t, n(i + 1)),
      );

/** Bits after the point of π, enough to reduce the largest double. */
const fractionBits = 1400;

/** arctan(1/k), in fixed point. */
function fixedArctanOfInverse(k: bigint): bigint {
  let sum = 0n;
  for (
    let [power, i] = [(1n << BigInt(fractionBits)) / k, 1n];
    power !== 0n;
    [power, i] = [power / (-k * k), i + 2n]
  )
    sum += power / i;
  return sum;
}
const halfPi = 8n * fixedArctanOfInverse(5n) - 2n * fixedArctanOfInverse(239n); // Machin 1706

/** x = k·π/2 + r with |r| ≤ π/4, and k modulo 4. */
function quadrant(x: Big): readonly [number, Big] {
  if (size(x) < 0) return [0, x];
  const fixed = shifted(x.m, x.e + fractionBits);
  const k = (2n * fixed + halfPi) / (2n * halfPi) - (2n * fixed + halfPi < 0n ? 1n : 0n);
  return [Number(((k % 4n) + 4n) % 4n), big(fixed - k * halfPi, -fractionBits)];
}

export function sinCos(x: Big): readonly [Big, Big] {
  const [k, r] = quadrant(x);
  const z = mul(r, r);
  const s = series(r, (t, i) => neg(div(mul(t, z), n(2 * i * (2 * i + 1)))), plain);
  const c = series(one, (t, i) => neg(div(mul(t, z), n(2 * i * (2 * i - 1)))), plain);
  const turns = [
    [s, c],
    [c, neg(s)],
    [neg(s), neg(c)],
    [neg(c), s],
  ] as const;
  return turns[k]!;
}

function atan2(y: Big, x: Big): Big {
  const down = -Math.max(size(y), size(x));
  const [v, u] = [times2(y, down), times2(x, down)];
  const start = n(Math.atan2(toNumber(v), toNumber(u)));
  if (size(start) < -900) return div(v, u);
  const [s, c] = sinCos(start);
  const t = div(sub(mul(v, c), mul(u, s)), add(mul(u, c), mul(v, s)));
  return add(start, sub(t, div(mul(mul(t, t), t), n(3))));
}

export const twoBySqrtPi = div(n(2), sqrt(pi));

/** 2/√π e^(−x²) Σ 2ᵏ x^(2k+1)/(2k+1)!! */
const erfSeries = (x: Big): Big => {
  const z = times2(mul(x, x), 1);
  const sum = series(x, (t, i) => div(mul(t, z), n(2 * i + 1)), plain);
  return mul(mul(twoBySqrtPi, exp(neg(mul(x, x)))), sum);
};

export function erfc(x: Big): Big {
  if (x.m < 0n) return sub(n(2), erfc(neg(x)));
  if (toNumber(x) < 4) return sub(one, erfSeries(x));
  let y = x;
  for (let k = 400; k > 0; k--) y = add(x, div(n(k / 2), y));
  return div(mul(times2(twoBySqrtPi, -1), exp(neg(mul(x, x)))), y);
}

export const erf = (x: Big): Big => {
  if (Math.abs(toNumber(x)) < 4) return erfSeries(x);
  return sign(x, sub(one, erfc(magnitude(x))));
};

export const square = (x: Big): Big => mul(x, x);
const cosine = (x: Big): Big => sqrt(mul(sub(one, x), add(one, x)));
export const sign = (x: Big, y: Big): Big => (x.m < 0n ? neg(y) : y);
export const magnitude = (x: Big): Big => (x.m < 0n ? neg(x) : x);

/** For every function with an expansion its value at finite arguments inside its domain. */
export const precise: Readonly<Record<string, (x: Big, y: Big) => Big>> = {
  exp,
  exp2: (x) => exp(mul(x, ln2)),
  expm1,
  log,
  log2: (x) => div(log(x), ln2),
  log10: (x) => div(log(x), log(n(10))),
  log1p,
  sin: (x) => sinCos(x)[0],
  cos: (x) => sinCos(x)[1],
  tan: (x) => div(...sinCos(x)),
  asin: (x) => atan2(x, cosine(x)),
  acos: (x) => atan2(cosine(x), x),
  atan: (x) => atan2(x, one),
  atan2,
  sinh: (x) => times2(sub(expm1(x), expm1(neg(x))), -1),
  cosh: (x) => times2(add(exp(x), exp(neg(x))), -1),
  tanh: (x) => {
    const m = expm1(times2(magnitude(x), 1));
    return sign(x, div(m, add(m, n(2))));
  },
  asinh: (x) => {
    const [a, z] = [magnitude(x), square(x)];
    return sign(x, log1p(add(a, div(z, add(one, sqrt(add(one, z)))))));
  },
  acosh: (x) => {
    const t = sub(x, one);
    return log1p(add(t, sqrt(mul(t, add(t, n(2))))));
  },
  atanh: (x) => times2(log1p(div(times2(x, 1), sub(one, x))), -1),
  sigmoid: (x) => div(one, add(one, exp(neg(x)))),
  hypot: (x, y) => sqrt(add(square(x), square(y))),
  pow: (x, y) => {
    const size = exp(mul(y, log(magnitude(x))));
    return x.m < 0n && toNumber(y) % 2 !== 0 ? neg(size) : size;
  },
  erf,
  erfc,
  erfinv: (x) => {
    const y = fromNumber(special.erfinv(toNumber(x)));
    return sub(y, div(sub(erf(y), x), mul(twoBySqrtPi, exp(neg(mul(y, y))))));
  },
};
