import type { OpName } from "../assembler/assembler.ts";
import { type EmitContext, type EmitOp, prefixes } from "./context.ts";
import { pushConstant, splatBytes } from "./lanes.ts";

/** The layout of a float: the bits of its significand, the bias of its exponent, and the integers of its size. */
const layouts = {
  float32: { size: 32, bits: 23, bias: 127, vector: "i32x4", scalar: "i32" },
  float64: { size: 64, bits: 52, bias: 1023, vector: "i64x2", scalar: "i64" },
} as const;

/** Instructions on a float as the integer that its bits are, or on as many as a vector has lanes. */
function bitsOf({ f, width, type }: EmitContext) {
  const layout = layouts[type as "float32"];
  const { size, bits, bias, scalar } = layout;
  const vector = width === "vector";
  const float = prefixes.scalar[type];
  const wide = type === "float64";
  const push = (x: bigint): void => {
    if (vector) f.v128(new Uint8Array(new BigUint64Array(2).fill(wide ? x : x * 0x1_0000_0001n).buffer));
    else if (wide) f.i64(x);
    else f.i32(Number(x));
  };
  const withBits = (op: string, x: bigint): void => {
    push(x);
    f.op(`${vector && op !== "sub" ? "v128" : layout[width]}.${op}` as OpName);
  };
  return {
    bits: BigInt(bits),
    bias: BigInt(bias),
    sign: 1n << BigInt(size - 1),
    push,
    withBits,
    /** Shifts by the bits of the significand. */
    shift(op: string): void {
      if (vector) f.i32(bits);
      else push(BigInt(bits));
      f.op(`${layout[width]}.${op}` as OpName);
    },
    toBits(): void {
      if (!vector) f.op(`${scalar}.reinterpret_${float}` as OpName);
    },
    toFloat(): void {
      if (!vector) f.op(`${float}.reinterpret_${scalar}` as OpName);
    },
  };
}

/** One instruction over the bit of the sign, a constant that engines keep in a register. */
const withSign =
  (op: "andnot" | "xor"): EmitOp =>
  (site, [x]) => {
    const { sign, withBits } = bitsOf(site);
    x?.();
    withBits(op, sign);
  };

/** |x| and −x of vectors: for the instructions of that name, V8 makes the constant anew each time. */
export const signOps: Readonly<Record<string, EmitOp>> = { abs: withSign("andnot"), neg: withSign("xor") };

/** Words that look into the layout of floats. */
export const bitOps: Readonly<Record<string, EmitOp>> = {
  copysign: (site, [x, y]) => {
    const { f, width, type } = site;
    const scalar = width === "scalar";
    (scalar ? x : y)?.();
    (scalar ? y : x)?.();
    if (scalar) return void f.op(`${prefixes.scalar[type]}.copysign` as OpName);
    const { push, sign } = bitsOf(site);
    push(sign);
    f.op("v128.bitselect");
  },
  /** With 1.5·2ᵇⁱᵗˢ + bias added, the lowest bits of k are the exponent field of 2ᵏ. */
  scalb: (site, [x, k], known) => {
    const { f, width, type, lanes } = site;
    const { bits, bias, shift, toBits, toFloat } = bitsOf(site);
    const magic = 1.5 * 2 ** Number(bits) + Number(bias);
    const prefix = prefixes[width][type];
    const one = known[0] === 1;
    if (!one) x?.();
    k?.();
    if (width === "vector") f.v128(splatBytes(magic, type, lanes));
    else pushConstant(f, magic, type);
    f.op(`${prefix}.add` as OpName);
    toBits();
    shift("shl");
    toFloat();
    if (!one) f.op(`${prefix}.mul` as OpName);
  },
  exponent: (site, [x]) => {
    const { f, width, type } = site;
    const { bits, bias, sign, withBits, shift, toBits } = bitsOf(site);
    x?.();
    toBits();
    shift("shr_u");
    withBits("and", (sign >> bits) - 1n);
    withBits("sub", bias);
    if (width === "scalar") f.op(type === "float32" ? "f32.convert_i32_s" : "f64.convert_i64_s");
    else if (type === "float32") f.op("f32x4.convert_i32x4_s");
    else {
      const y = site.scratch(8);
      f.set(y).get(y).get(y).op("i8x16.shuffle", 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
      f.op("f64x2.convert_low_i32x4_s");
    }
  },
  significand: (site, [x]) => {
    const { bits, bias, sign, withBits, toBits, toFloat } = bitsOf(site);
    x?.();
    toBits();
    withBits("and", sign + (1n << bits) - 1n);
    withBits("or", bias << bits);
    toFloat();
  },
};
