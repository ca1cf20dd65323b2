/**
 * Independent formulas in plain JavaScript, in double precision, for rows of that name; special values included.
 * Rows without one here are held against finite differences and the exact interpreter alone.
 */

const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const negative = (x: number) => x < 0 || Object.is(x, -0);
/** sin πx = (−1)ⁿ sin π(x − n). */
function sinPi(x: number): number {
  const n = Math.round(x);
  return (n % 2 === 0 ? 1 : -1) * Math.sin(Math.PI * (x - n));
}
const truth = (x: boolean) => Number(x);

/** erf by its Maclaurin series, good for |x| ≤ 3. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Stirling's series for ln Γ beyond 20, reached by Γ(x + 1) = xΓ(x); x > 0. */
function lgamma(x: number): number {
  let shift = 0;
  let t = x;
  for (; t < 20; t++) shift += Math.log(t);
  const series = 1 / (12 * t) - 1 / (360 * t ** 3) + 1 / (1260 * t ** 5) - 1 / (1680 * t ** 7);
  return (t - 0.5) * Math.log(t) - t + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

function digamma(x: number): number {
  let shift = 0;
  let t = x;
  for (; t < 20; t++) shift += 1 / t;
  const series = 1 / (12 * t ** 2) - 1 / (120 * t ** 4) + 1 / (252 * t ** 6) - 1 / (240 * t ** 8);
  return Math.log(t) - 1 / (2 * t) - series - shift;
}

function trigamma(x: number): number {
  let shift = 0;
  let t = x;
  for (; t < 20; t++) shift += 1 / (t * t);
  const series = 1 / (6 * t ** 3) - 1 / (30 * t ** 5) + 1 / (42 * t ** 7) - 1 / (30 * t ** 9);
  return 1 / t + 1 / (2 * t * t) + series + shift;
}

function roundEven(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const low = Math.floor(x);
  const nearest = x - low < 0.5 ? low : x - low > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
  return nearest === 0 && x < 0 ? -0 : nearest;
}

/** x as a fraction of whole numbers. */
function fraction(x: number): readonly [bigint, bigint] {
  let [n, d] = [x, 1n];
  for (; !Number.isInteger(n); n *= 2) d *= 2n;
  return [BigInt(n), d];
}

/** ⌊x/y⌋ in whole numbers; −1 is the floor of less than nothing by infinity, and ∞ has none. */
export function exactFloor(x: number, y: number): number {
  if (y === 0 || x === 0) return x / y;
  if (Number.isNaN(x) || Number.isNaN(y) || Math.abs(x) === Infinity) return Number.NaN;
  if (Math.abs(y) === Infinity) return x < 0 === y < 0 ? 0 : -1;
  const [[a, b], [c, d]] = [fraction(x), fraction(y)];
  const [n, m] = [a * d, b * c];
  return Number(n / m - (n % m !== 0n && n < 0n !== m < 0n ? 1n : 0n));
}

const either = (x: number, y: number, choose: (a: number, b: number) => number) =>
  Number.isNaN(x) ? y : Number.isNaN(y) ? x : choose(x, y);

type Formula = (...x: number[]) => number;
const list = <T extends Record<string, (...x: never[]) => number>>(formulas: T) =>
  formulas as unknown as Record<string, Formula>;

export const plainElementwise = list({
  add: (x: number, y: number) => x + y,
  sub: (x: number, y: number) => x - y,
  mul: (x: number, y: number) => x * y,
  div: (x: number, y: number) => x / y,
  floorDivide: exactFloor,
  remainder: (x: number, y: number) => {
    const r = x % y;
    return r !== 0 && r < 0 !== y < 0 ? r + y : r;
  },
  fmod: (x: number, y: number) => x % y,
  pow: (x: number, y: number) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
  maximum: (x: number, y: number) => Math.max(x, y),
  minimum: (x: number, y: number) => Math.min(x, y),
  fmax: (x: number, y: number) => either(x, y, Math.max),
  fmin: (x: number, y: number) => either(x, y, Math.min),
  atan2: (x: number, y: number) => Math.atan2(x, y),
  hypot: (x: number, y: number) => Math.hypot(x, y),
  logaddexp: (x: number, y: number) =>
    x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
  logaddexp2: (x: number, y: number) =>
    x === y ? x + 1 : Math.max(x, y) + Math.LOG2E * Math.log1p(2 ** -Math.abs(x - y)),
  copysign: (x: number, y: number) => (negative(y) ? -Math.abs(x) : Math.abs(x)),
  xlogy: (x: number, y: number) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)),
  heaviside: (x: number, y: number) => (x === 0 ? y : Number.isNaN(x) ? x : x < 0 ? 0 : 1),
  neg: (x: number) => -x,
  abs: (x: number) => Math.abs(x),
  sign: (x: number) => (x === 0 ? 0 : Math.sign(x)),
  square: (x: number) => x * x,
  reciprocal: (x: number) => 1 / x,
  sqrt: (x: number) => Math.sqrt(x),
  rsqrt: (x: number) => 1 / Math.sqrt(x),
  exp: (x: number) => Math.exp(x),
  exp2: (x: number) => 2 ** x,
  expm1: (x: number) => Math.expm1(x),
  log: (x: number) => Math.log(x),
  log2: (x: number) => Math.log2(x),
  log10: (x: number) => Math.log10(x),
  log1p: (x: number) => Math.log1p(x),
  sin: (x: number) => Math.sin(x),
  cos: (x: number) => Math.cos(x),
  tan: (x: number) => Math.tan(x),
  asin: (x: number) => Math.asin(x),
  acos: (x: number) => Math.acos(x),
  atan: (x: number) => Math.atan(x),
  sinh: (x: number) => Math.sinh(x),
  cosh: (x: number) => Math.cosh(x),
  tanh: (x: number) => Math.tanh(x),
  asinh: (x: number) => Math.asinh(x),
  acosh: (x: number) => Math.acosh(x),
  atanh: (x: number) => Math.atanh(x),
  floor: (x: number) => Math.floor(x),
  ceil: (x: number) => Math.ceil(x),
  trunc: (x: number) => Math.trunc(x),
  round: roundEven,
  frac: (x: number) => x - Math.trunc(x),
  sinc: (x: number) => (x === 0 ? 1 : sinPi(x) / (Math.PI * x)),
  deg2rad: (x: number) => (x / 180) * Math.PI,
  rad2deg: (x: number) => (x / Math.PI) * 180,
  sigmoid,
  softplus,
  relu: (x: number) => Math.max(x, 0),
  leakyRelu: (x: number, slope = 0.01) => (x > 0 ? x : slope * x),
  elu: (x: number, alpha = 1) => (x > 0 ? x : alpha * Math.expm1(x)),
  geluTanh: (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * x * (1 + 0.044715 * x * x))),
  silu: (x: number) => x * sigmoid(x),
  clamp: (x: number, min = -Infinity, max = Infinity) => Math.min(Math.max(x, min), max),
  where: (c: number, x: number, y: number) => (c !== 0 ? x : y),
  eq: (x: number, y: number) => truth(x === y),
  ne: (x: number, y: number) => truth(x !== y),
  lt: (x: number, y: number) => truth(x < y),
  le: (x: number, y: number) => truth(x <= y),
  gt: (x: number, y: number) => truth(x > y),
  ge: (x: number, y: number) => truth(x >= y),
  isNaN: (x: number) => truth(Number.isNaN(x)),
  isInf: (x: number) => truth(Math.abs(x) === Infinity),
  isFinite: (x: number) => truth(Number.isFinite(x)),
  signbit: (x: number) => truth(negative(x)),
  logicalAnd: (x: number, y: number) => truth(x !== 0 && y !== 0),
  logicalOr: (x: number, y: number) => truth(x !== 0 || y !== 0),
  logicalXor: (x: number, y: number) => truth((x !== 0) !== (y !== 0)),
  logicalNot: (x: number) => truth(x === 0),
  bitwiseAnd: (x: number, y: number) => x & y,
  bitwiseOr: (x: number, y: number) => x | y,
  bitwiseXor: (x: number, y: number) => x ^ y,
});

/** Formulas that hold on the row's domain, and not at special values. */
export const plainOnDomain = list({
  logSigmoid: (x: number) => Math.log(sigmoid(x)),
  erf,
  erfc: (x: number) => 1 - erf(x),
  gelu: (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  lgamma,
  digamma,
  trigamma,
  lerp: (x: number, end: number, weight: number) => (1 - weight) * x + weight * end,
});
