import { type DType, full, type Tensor, type TensorLike, where } from "@chainrule/core";
import { type Adapter, type Adapters, attr, type Call, input } from "../adapter.ts";

/** An argument that is either a tensor among the inputs or a number among the attributes. */
const operand = (call: Call, name: string): TensorLike => call.inputs[name] ?? attr(call, name, 0);

/** As `operand`, and undefined where there is neither. */
const optional = (call: Call, name: string): TensorLike | undefined =>
  call.inputs[name] ?? attr<number | undefined>(call, name, undefined);

const number = (call: Call, name: string): number | undefined => attr(call, name, undefined);

type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, other: TensorLike) => Tensor;

const unary =
  (f: Unary): Adapter =>
  (call) =>
    f(input(call));
const binary =
  (f: Binary, name = "other"): Adapter =>
  (call) =>
    f(input(call), operand(call, name));

const all = <F>(make: (f: F) => Adapter, table: Readonly<Record<string, F>>): Adapters =>
  Object.fromEntries(Object.entries(table).map(([name, f]) => [name, make(f)]));

/** `other` times the attribute `alpha`; nothing is multiplied where it is missing, so that dtypes stay. */
const scaled = (call: Call): TensorLike => {
  const [other, alpha] = [operand(call, "other"), attr<number | undefined>(call, "alpha", undefined)];
  if (alpha === undefined) return other;
  return typeof other === "object" ? other.mul(alpha) : Number(other) * alpha;
};

/** Rounds to `decimals` places: round(x·10ᵈ)/10ᵈ. */
const round: Adapter = (call) => {
  const [x, decimals] = [input(call), attr(call, "decimals", 0)];
  return decimals === 0
    ? x.round()
    : x
        .mul(10 ** decimals)
        .round()
        .div(10 ** decimals);
};

const div: Adapter = (call) => {
  const [x, other] = [input(call), operand(call, "other")];
  const mode = attr<string | undefined>(call, "rounding_mode", undefined);
  if (mode === "floor") return x.floorDivide(other);
  if (mode !== "trunc") return x.div(other);
  const whole =
    x.dtype === "int32" && (typeof other === "object" ? other.dtype === "int32" : Number.isInteger(other));
  return whole ? x.sub(x.fmod(other)).floorDivide(other) : x.div(other).trunc();
};

/** An op whose first operand is the number `other`, in the dtype that the two agree on. */
const reversed =
  (f: Binary): Adapter =>
  (call) => {
    const [x, other] = [input(call), attr(call, "other", 0)];
    const dtype = x.dtype === "int32" && !Number.isInteger(other) ? "float32" : x.dtype;
    return f(full([], other, { dtype }), x);
  };

export const elementwise: Adapters = {
  ...all<Unary>(unary, {
    abs: (x) => x.abs(),
    neg: (x) => x.neg(),
    exp: (x) => x.exp(),
    exp2: (x) => x.exp2(),
    expm1: (x) => x.expm1(),
    log: (x) => x.log(),
    log2: (x) => x.log2(),
    log10: (x) => x.log10(),
    log1p: (x) => x.log1p(),
    sqrt: (x) => x.sqrt(),
    rsqrt: (x) => x.rsqrt(),
    square: (x) => x.square(),
    reciprocal: (x) => x.reciprocal(),
    sin: (x) => x.sin(),
    cos: (x) => x.cos(),
    tan: (x) => x.tan(),
    asin: (x) => x.asin(),
    acos: (x) => x.acos(),
    atan: (x) => x.atan(),
    sinh: (x) => x.sinh(),
    cosh: (x) => x.cosh(),
    tanh: (x) => x.tanh(),
    asinh: (x) => x.asinh(),
    acosh: (x) => x.acosh(),
    atanh: (x) => x.atanh(),
    sigmoid: (x) => x.sigmoid(),
    erf: (x) => x.erf(),
    erfc: (x) => x.erfc(),
    erfinv: (x) => x.erfinv(),
    lgamma: (x) => x.lgamma(),
    digamma: (x) => x.digamma(),
    sign: (x) => x.sign(),
    floor: (x) => x.floor(),
    ceil: (x) => x.ceil(),
    trunc: (x) => x.trunc(),
    frac: (x) => x.frac(),
    deg2rad: (x) => x.deg2rad(),
    rad2deg: (x) => x.rad2deg(),
    sinc: (x) => x.sinc(),
    isnan: (x) => x.isNaN(),
    isinf: (x) => x.isInf(),
    isfinite: (x) => x.isFinite(),
    isposinf: (x) => x.eq(Number.POSITIVE_INFINITY),
    isneginf: (x) => x.eq(Number.NEGATIVE_INFINITY),
    signbit: (x) => x.signbit(),
    bitwise_not: (x) => (x.dtype === "bool" ? x.logicalNot() : x.bitwiseXor(-1)),
    logical_not: (x) => x.logicalNot(),
  }),
  ...all<Binary>((f) => binary(f), {
    mul: (x, other) => x.mul(other),
    maximum: (x, other) => x.maximum(other),
    minimum: (x, other) => x.minimum(other),
    fmax: (x, other) => x.fmax(other),
    fmin: (x, other) => x.fmin(other),
    fmod: (x, other) => x.fmod(other),
    remainder: (x, other) => x.remainder(other),
    atan2: (x, other) => x.atan2(other),
    hypot: (x, other) => x.hypot(other),
    logaddexp: (x, other) => x.logaddexp(other),
    logaddexp2: (x, other) => x.logaddexp2(other),
    copysign: (x, other) => x.copysign(other),
    xlogy: (x, other) => x.xlogy(other),
    floor_divide: (x, other) => x.floorDivide(other),
    heaviside: (x, other) => x.heaviside(other),
    eq: (x, other) => x.eq(other),
    ne: (x, other) => x.ne(other),
    lt: (x, other) => x.lt(other),
    le: (x, other) => x.le(other),
    gt: (x, other) => x.gt(other),
    ge: (x, other) => x.ge(other),
    logical_and: (x, other) => x.logicalAnd(other),
    logical_or: (x, other) => x.logicalOr(other),
    logical_xor: (x, other) => x.logicalXor(other),
    bitwise_and: (x, other) => x.bitwiseAnd(other),
    bitwise_or: (x, other) => x.bitwiseOr(other),
    bitwise_xor: (x, other) => x.bitwiseXor(other),
    bitwise_left_shift: (x, other) => x.bitwiseLeftShift(other),
    bitwise_right_shift: (x, other) => x.bitwiseRightShift(other),
  }),
  ...all<Binary>(reversed, {
    rdiv: (other, x) => other.div(x),
    rpow: (other, x) => other.pow(x),
  }),
  rsub: (call) =>
    call.inputs.other ? input(call, "other").sub(input(call)) : reversed((other, x) => other.sub(x))(call),
  add: (call) => input(call).add(scaled(call)),
  sub: (call) => input(call).sub(scaled(call)),
  pow: binary((x, exponent) => x.pow(exponent), "exponent"),
  div,
  round,
  cast: (call) => input(call).to(attr<DType>(call, "dtype", "float32")),
  clamp: (call) => input(call).clamp(optional(call, "min"), optional(call, "max")),
  lerp: (call) => input(call).lerp(input(call, "end"), operand(call, "weight")),
  addcmul: (call) =>
    input(call).add(
      input(call, "tensor1")
        .mul(input(call, "tensor2"))
        .mul(attr(call, "value", 1)),
    ),
  addcdiv: (call) =>
    input(call).add(
      input(call, "tensor1")
        .div(input(call, "tensor2"))
        .mul(attr(call, "value", 1)),
    ),
  nan_to_num: (call) => input(call).nanToNum(call.attrs as Parameters<Tensor["nanToNum"]>[0]),
  logit: (call) => {
    const eps = number(call, "eps");
    return (eps === undefined ? input(call) : input(call).clamp(eps, 1 - eps)).logit();
  },
  isclose: (call) =>
    input(call).isClose(operand(call, "other"), {
      rtol: attr(call, "rtol", 1e-5),
      atol: attr(call, "atol", 1e-8),
      equalNaN: attr(call, "equal_nan", false),
    }),
  where: (call) => where(input(call, "condition"), operand(call, "input"), operand(call, "other")),
};
