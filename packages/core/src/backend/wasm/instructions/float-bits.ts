import type { FloatDType } from "../../../dtype.ts";
import type { EmitContext, EmitOp, Width } from "./context.ts";
import { floatPrefix, floats, instruction } from "./forms.ts";
import { pushConstant, splatBytes } from "./lanes.ts";

/** The layout of each float: the bits of its significand, the bias of its exponent, the integer of its size. */
const layouts = {
  float32: {
    size: 32,
    significand: 23,
    bias: 127,
    integer: { scalar: "i32", vector: "i32x4" },
    toBits: "i32.reinterpret_f32",
    toFloat: "f32.reinterpret_i32",
  },
  float64: {
    size: 64,
    significand: 52,
    bias: 1023,
    integer: { scalar: "i64", vector: "i64x2" },
    toBits: "i64.reinterpret_f64",
    toFloat: "f64.reinterpret_i64",
  },
} as const;

const signBit = (type: FloatDType): bigint => 1n << BigInt(layouts[type].size - 1);

/** Emits code on a float as the integer of its bits, or on each lane of a vector. */
class BitEmitter {
  readonly #f;
  readonly #layout;

  constructor(
    { f }: EmitContext,
    readonly type: FloatDType,
    readonly width: Width,
  ) {
    this.#f = f;
    this.#layout = layouts[type];
  }

  push(bits: bigint): void {
    const wide = this.type === "float64";
    if (this.width === "vector")
      this.#f.v128(new Uint8Array(new BigUint64Array(2).fill(wide ? bits : bits * 0x1_0000_0001n).buffer));
    else if (wide) this.#f.i64(bits);
    else this.#f.i32(Number(bits));
  }

  bitwise(op: "and" | "or", bits: bigint): void {
    this.push(bits);
    this.#f.op(`${this.width === "vector" ? "v128" : this.#layout.integer.scalar}.${op}`);
  }

  subtract(bits: bigint): void {
    this.push(bits);
    this.#f.op(`${this.#layout.integer[this.width]}.sub`);
  }

  /** Shifts by the width of the significand. */
  shift(direction: "shl" | "shr_u"): void {
    const { significand, integer } = this.#layout;
    if (this.width === "vector") this.#f.i32(significand);
    else this.push(BigInt(significand));
    this.#f.op(`${integer[this.width]}.${direction}`);
  }

  /** Vectors have no type of their own: only scalars are reinterpreted. */
  toBits(): void {
    if (this.width === "scalar") this.#f.op(this.#layout.toBits);
  }

  toFloat(): void {
    if (this.width === "scalar") this.#f.op(this.#layout.toFloat);
  }
}

/** One bitwise instruction with the sign bit of each lane. */
const withSignBit =
  (type: FloatDType, op: "v128.andnot" | "v128.xor"): EmitOp =>
  (context, x) => {
    x.push();
    new BitEmitter(context, type, "vector").push(signBit(type));
    context.f.op(op);
  };

/** |x|. V8 keeps the constant of `v128.andnot` in a register, but builds that of `f32x4.abs` anew each time. */
export const floatAbs = floats((type, width) =>
  width === "scalar" ? instruction(`${floatPrefix(type, "scalar")}.abs`) : withSignBit(type, "v128.andnot"),
);

/** −x; for the same reason not `f32x4.neg`. */
export const floatNeg = floats((type, width) =>
  width === "scalar" ? instruction(`${floatPrefix(type, "scalar")}.neg`) : withSignBit(type, "v128.xor"),
);

/** |x| with the sign of y. */
export const copysign = floats((type, width) =>
  width === "scalar"
    ? instruction(type === "float32" ? "f32.copysign" : "f64.copysign")
    : (context, x, y) => {
        y.push();
        x.push();
        new BitEmitter(context, type, width).push(signBit(type));
        context.f.op("v128.bitselect");
      },
);

/** x·2ᵏ: with 1.5·2^significand + bias added, the lowest bits of k are the exponent field of 2ᵏ. */
export const scalb = floats((type, width) => (context, x, k) => {
  const { f, lanes } = context;
  const { significand, bias } = layouts[type];
  const code = new BitEmitter(context, type, width);
  const magic = 1.5 * 2 ** significand + bias;
  const prefix = floatPrefix(type, width);
  const isPowerAlone = x.constant === 1;
  if (!isPowerAlone) x.push();
  k.push();
  if (width === "vector") f.v128(splatBytes(magic, type, lanes));
  else pushConstant(f, magic, type);
  f.op(`${prefix}.add`);
  code.toBits();
  code.shift("shl");
  code.toFloat();
  if (!isPowerAlone) f.op(`${prefix}.mul`);
});

/** ⌊log₂ |x|⌋: the exponent field less its bias. */
export const exponent = floats((type, width) => (context, x) => {
  const { f, scratch } = context;
  const { significand, bias } = layouts[type];
  const code = new BitEmitter(context, type, width);
  x.push();
  code.toBits();
  code.shift("shr_u");
  code.bitwise("and", (signBit(type) >> BigInt(significand)) - 1n);
  code.subtract(BigInt(bias));
  if (width === "scalar") f.op(type === "float32" ? "f32.convert_i32_s" : "f64.convert_i64_s");
  else if (type === "float32") f.op("f32x4.convert_i32x4_s");
  else {
    // Vectors convert only 32-bit integers: the low halves of both lanes.
    const y = scratch(8);
    f.set(y).get(y).get(y).op("i8x16.shuffle", 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
    f.op("f64x2.convert_low_i32x4_s");
  }
});

/** x/2^exponent(x): the sign and significand, with the exponent of 1. */
export const significand = floats((type, width) => (context, x) => {
  const layout = layouts[type];
  const one = 1n << BigInt(layout.significand);
  const code = new BitEmitter(context, type, width);
  x.push();
  code.toBits();
  code.bitwise("and", signBit(type) + one - 1n);
  code.bitwise("or", BigInt(layout.bias) * one);
  code.toFloat();
});
