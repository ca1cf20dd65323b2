import type { DType } from "../../dtype.ts";
import type { FunctionBuilder, OpName } from "./assembler.ts";

/** How many elements are worked on at once: one, or as many as fill a vector of their type. */
export type Width = "scalar" | "vector";

/** Puts an operand on the stack. */
export type Push = () => void;

/** The prefix of the instructions on a dtype; in vectors truth values are masks. */
const prefixes: Record<Width, Record<DType, string>> = {
  scalar: { bool: "i32", int32: "i32", float32: "f32", float64: "f64" },
  vector: { bool: "v128", int32: "i32x4", float32: "f32x4", float64: "f64x2" },
};

/** Instruction suffixes of the words on floats and on integers; a missing one has no instruction of its own. */
const suffixes: Readonly<Record<string, { readonly float?: string; readonly int?: string }>> = {
  add: { float: "add", int: "add" },
  sub: { float: "sub", int: "sub" },
  mul: { float: "mul", int: "mul" },
  div: { float: "div" },
  neg: { float: "neg", int: "neg" },
  abs: { float: "abs", int: "abs" },
  minimum: { float: "min", int: "min_s" },
  maximum: { float: "max", int: "max_s" },
  sqrt: { float: "sqrt" },
  floor: { float: "floor" },
  ceil: { float: "ceil" },
  trunc: { float: "trunc" },
  round: { float: "nearest" },
  eq: { float: "eq", int: "eq" },
  lt: { float: "lt", int: "lt_s" },
  le: { float: "le", int: "le_s" },
  and: { int: "and" },
  or: { int: "or" },
  xor: { int: "xor" },
  shiftLeft: { int: "shl" },
  shiftRight: { int: "shr_u" },
};

/** What a word needs to know of where it stands. */
export interface Site {
  readonly f: FunctionBuilder;
  readonly width: Width;
  /** The dtype that the word works in: that of its operands, or of its branches. */
  readonly type: DType;
  /** Lanes of a vector here: 4 of 32 bits or 2 of 64. */
  readonly lanes: 2 | 4;
  /** A local to keep an operand in. */
  readonly scratch: (slot: number) => number;
}

type Emit = (site: Site, operands: readonly Push[]) => void;

const isFloat = (type: DType): boolean => type === "float32" || type === "float64";
const all = (operands: readonly Push[]): void => {
  for (const push of operands) push();
};

/** The scalar integer forms that have no instruction. */
const integerForms: Readonly<Record<string, Emit>> = {
  neg: ({ f }, [a]) => {
    f.i32(0);
    a?.();
    f.op("i32.sub");
  },
  abs: ({ f, scratch }, [a]) => {
    const x = scratch(0);
    a?.();
    f.set(x).get(x).i32(0).get(x).op("i32.sub").get(x).i32(0).op("i32.ge_s").op("select");
  },
  minimum: (site, [a, b]) => chooseInteger(site, a as Push, b as Push, "i32.lt_s"),
  maximum: (site, [a, b]) => chooseInteger(site, a as Push, b as Push, "i32.gt_s"),
  floorDivide: ({ f, scratch }, [a, b]) => {
    const [x, y] = [scratch(0), scratch(1)];
    a?.();
    f.set(x);
    b?.();
    f.set(y).get(y).op("i32.eqz");
    f.if(
      () => f.i32(0),
      () => {
        f.get(x).op("f64.convert_i32_s").get(y).op("f64.convert_i32_s").op("f64.div").op("f64.floor");
        f.op("i32.trunc_sat_f64_s");
      },
      "i32",
    );
  },
};

function chooseInteger({ f, scratch }: Site, a: Push, b: Push, better: OpName): void {
  const [x, y] = [scratch(0), scratch(1)];
  a();
  f.set(x);
  b();
  f.set(y).get(x).get(y).get(x).get(y).op(better).op("select");
}

/** Words that leave an integer as it is. */
const roundings = new Set(["floor", "ceil", "trunc", "round"]);

/** Words whose instructions follow no pattern. */
const special: Readonly<Record<string, Emit>> = {
  where: ({ f, width }, [c, a, b]) => {
    a?.();
    b?.();
    c?.();
    f.op(width === "vector" ? "v128.bitselect" : "select");
  },
  floorDivide: ({ f, width, type }, operands) => {
    all(operands);
    const prefix = prefixes[width][type];
    f.op(`${prefix}.div` as OpName).op(`${prefix}.floor` as OpName);
  },
};

/** The layout of a float: bits of its significand, the bias of its exponent, and the integers of its width. */
const layouts = {
  float32: { bits: 23, bias: 127, mask: 0xffn, lane: "i32x4", scalar: "i32", lanes: 4 },
  float64: { bits: 52, bias: 1023, mask: 0x7ffn, lane: "i64x2", scalar: "i64", lanes: 2 },
} as const;

/** Words that look into the layout of floats. */
const layoutWords: Readonly<Record<string, Emit>> = {
  copysign: (site, [x, y]) => {
    const { f, width, type } = site;
    if (width === "scalar") {
      all([x as Push, y as Push]);
      f.op(`${prefixes.scalar[type]}.copysign` as OpName);
      return;
    }
    y?.();
    x?.();
    f.v128(splatBits(site, (l) => 1n << BigInt(l.bits + (type === "float32" ? 8 : 11)))).op("v128.bitselect");
  },
  scalb: (site, [x, k]) => {
    const { f, width, type } = site;
    const l = layouts[type as "float32"];
    x?.();
    k?.();
    if (width === "scalar") {
      f.op(type === "float32" ? "i32.trunc_sat_f32_s" : "i64.trunc_sat_f64_s");
      pushBits(f, l, BigInt(l.bias)).op(`${l.scalar}.add` as OpName);
      pushBits(f, l, BigInt(l.bits)).op(`${l.scalar}.shl` as OpName);
      f.op(type === "float32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64").op(
        `${prefixes.scalar[type]}.mul` as OpName,
      );
      return;
    }
    if (type === "float32") f.op("i32x4.trunc_sat_f32x4_s");
    else f.op("i32x4.trunc_sat_f64x2_s_zero").op("i64x2.extend_low_i32x4_s");
    f.v128(splatBits(site, () => BigInt(l.bias))).op(`${l.lane}.add` as OpName);
    f.i32(l.bits)
      .op(`${l.lane}.shl` as OpName)
      .op(`${prefixes.vector[type]}.mul` as OpName);
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

/** Whether there is an instruction sequence for a word in vectors of a type. */
export function hasVector(name: string, type: DType): boolean {
  if (name in conversions) return true;
  if (name === "where") return true;
  if (name === "floorDivide" || name in layoutWords) return isFloat(type);
  const suffix = suffixes[name];
  if (!suffix) return false;
  if (!isFloat(type) && roundings.has(name)) return true;
  return type === "bool"
    ? ["and", "or", "xor", "eq"].includes(ofTruth[name] ?? name)
    : (isFloat(type) ? suffix.float : suffix.int) !== undefined;
}

/** Whether the backend knows a word at all. */
export const isKnown = (name: string): boolean =>
  name in layoutWords || name in special || name in suffixes || name in conversions;

/** Of truth values the greater is their disjunction and the lesser their conjunction. */
const ofTruth: Readonly<Record<string, string>> = { maximum: "or", minimum: "and", mul: "and" };

/** Writes a word over its operands. */
export function emitWord(word: string, site: Site, operands: readonly Push[]): void {
  const name = (site.type === "bool" && ofTruth[word]) || word;
  const { f, width, type, lanes } = site;
  const integer = !isFloat(type);
  const form =
    (integer && width === "scalar" && integerForms[name]) ||
    (!(integer && name === "floorDivide") && special[name]) ||
    layoutWords[name];
  if (form) return form(site, operands);
  all(operands);
  if (integer && roundings.has(name)) return;
  const suffix = (integer ? suffixes[name]?.int : suffixes[name]?.float) as string;
  const bitwise = ["and", "or", "xor"].includes(name);
  const mask = type === "bool" && name === "eq" ? (lanes === 4 ? "i32x4" : "i64x2") : undefined;
  const prefix =
    width === "vector" && bitwise ? "v128" : (width === "vector" && mask) || prefixes[width][type];
  f.op(`${prefix}.${suffix}` as OpName);
}

type Convert = (site: Site, from: DType, push: Push) => void;

/** A vector whose lanes are all these bits. */
export function splatBytes(value: number, type: DType, lanes: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < lanes; i++) {
    if (type === "float32") view.setFloat32(4 * i, value, true);
    else if (type === "float64") view.setFloat64(8 * i, value, true);
    else if (type === "int32") view.setInt32(4 * i, value, true);
    else for (let b = 0; b < 16 / lanes; b++) bytes[(16 / lanes) * i + b] = value ? 0xff : 0;
  }
  return bytes;
}

/** Conversions: each from every dtype. Vectors of 32-bit lanes do not change into 64-bit ones here. */
export const conversions: Readonly<Record<string, Convert>> = {
  toBool: ({ f, width, lanes }, from, push) => {
    push();
    if (from === "bool") return;
    const prefix = prefixes[width][from];
    if (width === "vector") f.v128(splatBytes(0, from, lanes)).op(`${prefix}.ne` as OpName);
    else if (from === "int32") f.i32(0).op("i32.ne");
    else (from === "float32" ? f.f32(0) : f.f64(0)).op(`${prefix}.ne` as OpName);
  },
  toInt32: ({ f, width }, from, push) => {
    push();
    if (from === "int32" || (from === "bool" && width === "scalar")) return;
    if (from === "bool") f.v128(splatBytes(1, "int32", 4)).op("v128.and");
    else if (width === "vector") f.op("i32x4.trunc_sat_f32x4_s");
    else f.op(from === "float32" ? "i32.trunc_sat_f32_s" : "i32.trunc_sat_f64_s");
  },
  toFloat32: ({ f, width }, from, push) => {
    push();
    if (from === "float32") return;
    if (width === "scalar") f.op(from === "float64" ? "f32.demote_f64" : "f32.convert_i32_s");
    else if (from === "bool") f.v128(splatBytes(1, "float32", 4)).op("v128.and");
    else f.op("f32x4.convert_i32x4_s");
  },
  toFloat64: ({ f, width }, from, push) => {
    push();
    if (from === "float64") return;
    if (width === "scalar") f.op(from === "float32" ? "f64.promote_f32" : "f64.convert_i32_s");
    else f.v128(splatBytes(1, "float64", 2)).op("v128.and");
  },
};
