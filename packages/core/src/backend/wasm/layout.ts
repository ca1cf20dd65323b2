import type { FunctionBuilder, OpName } from "./assembler.ts";
import { type Emit, prefixes, type Site, splatBytes } from "./site.ts";

/** The layout of a float: bits of its significand, the bias of its exponent, and the integers of its width. */
const layouts = {
  float32: { bits: 23, bias: 127, mask: 0xffn, lane: "i32x4", scalar: "i32", lanes: 4 },
  float64: { bits: 52, bias: 1023, mask: 0x7ffn, lane: "i64x2", scalar: "i64", lanes: 2 },
} as const;

/** Words that look into the layout of floats. */
export const layoutWords: Readonly<Record<string, Emit>> = {
  copysign: (site, [x, y]) => {
    const { f, width, type } = site;
    if (width === "scalar") {
      x?.();
      y?.();
      f.op(`${prefixes.scalar[type]}.copysign` as OpName);
      return;
    }
    y?.();
    x?.();
    f.v128(splatBits(site, (l) => 1n << BigInt(l.bits + (type === "float32" ? 8 : 11)))).op("v128.bitselect");
  },
  /** With 1.5·2ᵇⁱᵗˢ + bias added, the lowest bits of k are the exponent field of 2ᵏ. */
  scalb: (site, [x, k], known) => {
    const { f, width, type } = site;
    const l = layouts[type as "float32"];
    const magic = 1.5 * 2 ** l.bits + l.bias;
    const prefix = prefixes[width][type];
    const one = known[0] === 1;
    if (!one) x?.();
    k?.();
    if (width === "vector") {
      f.v128(splatBytes(magic, type, l.lanes)).op(`${prefix}.add` as OpName);
      f.i32(l.bits).op(`${l.lane}.shl` as OpName);
    } else {
      (type === "float32" ? f.f32(magic) : f.f64(magic)).op(`${prefix}.add` as OpName);
      f.op(type === "float32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
      pushBits(f, l, BigInt(l.bits)).op(`${l.scalar}.shl` as OpName);
      f.op(type === "float32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64");
    }
    if (!one) f.op(`${prefix}.mul` as OpName);
  },
  exponent: (site, [x]) => {
    const { f, width, type } = site;
    const l = layouts[type as "float32"];
    x?.();
    if (width === "scalar") {
      f.op(type === "float32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
      pushBits(f, l, BigInt(l.bits)).op(`${l.scalar}.shr_u` as OpName);
      pushBits(f, l, l.mask).op(`${l.scalar}.and` as OpName);
      pushBits(f, l, BigInt(l.bias)).op(`${l.scalar}.sub` as OpName);
      f.op(type === "float32" ? "f32.convert_i32_s" : "f64.convert_i64_s");
      return;
    }
    f.i32(l.bits).op(`${l.lane}.shr_u` as OpName);
    f.v128(splatBits(site, () => l.mask)).op("v128.and");
    f.v128(splatBits(site, () => BigInt(l.bias))).op(`${l.lane}.sub` as OpName);
    if (type === "float32") f.op("f32x4.convert_i32x4_s");
    else {
      const y = site.scratch(8);
      f.set(y).get(y).get(y).op("i8x16.shuffle", 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
      f.op("f64x2.convert_low_i32x4_s");
    }
  },
  significand: (site, [x]) => {
    const { f, width, type } = site;
    const l = layouts[type as "float32"];
    const kept = (1n << BigInt(l.bits)) - 1n + (1n << BigInt(l.bits + (type === "float32" ? 8 : 11)));
    const one = BigInt(l.bias) << BigInt(l.bits);
    x?.();
    if (width === "vector") {
      f.v128(splatBits(site, () => kept))
        .op("v128.and")
        .v128(splatBits(site, () => one))
        .op("v128.or");
      return;
    }
    f.op(type === "float32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
    pushBits(f, l, kept).op(`${l.scalar}.and` as OpName);
    pushBits(f, l, one).op(`${l.scalar}.or` as OpName);
    f.op(type === "float32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64");
  },
};

type Layout = (typeof layouts)["float32" | "float64"];

const pushBits = (f: FunctionBuilder, l: Layout, bits: bigint): FunctionBuilder =>
  l.scalar === "i32" ? f.i32(Number(BigInt.asIntN(32, bits))) : f.i64(bits);

/** A vector whose lanes hold the same bits. */
function splatBits({ type }: Site, bitsOf: (l: Layout) => bigint): Uint8Array {
  const l: Layout = layouts[type as "float32" | "float64"];
  const view = new DataView(new ArrayBuffer(16));
  for (let lane = 0; lane < l.lanes; lane++) {
    if (l.lanes === 4) view.setUint32(4 * lane, Number(BigInt.asUintN(32, bitsOf(l))), true);
    else view.setBigUint64(8 * lane, BigInt.asUintN(64, bitsOf(l)), true);
  }
  return new Uint8Array(view.buffer);
}
